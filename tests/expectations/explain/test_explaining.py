"""An explanation says what resolve and conflicts say, and refuses what it cannot know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from commands import Command, run_here
from examples import examples
from explained import explained, write_bank
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from resolving import job_of, read_rows, resolved
from workspaces import TODAY, change

from catalog.errors import TekdogruError, UsageError
from catalog.explanations import ExplainDocument
from catalog.loading.schema import printed_schema
from expectations.golden.disputes import Ask, find_conflicts

BANK = Path(__file__).parent / "bank.yml"
PLAIN = {
    "core": [{"id": "1", "name": "Veli", "at": "2026-10-01"}, {"id": "007", "name": "Ali"}],
    "crm": [{"id": "1", "name": "Deniz", "at": "2026-11-01"}],
    "web": [{"id": "1", "name": "Veli"}, {"id": "2", "name": "Test", "status": "test"}],
}


def _texts(*values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(["", *values])


DAYS = [(TODAY - timedelta(n)).isoformat() for n in (-5, 0, 1, 99, 100, 101, 300)]
row_of = st.fixed_dictionaries({
    "id": st.sampled_from(["1", "2", "007", "7"]), "kind": _texts("C", "P"),
    "name": _texts("Ayşe", "AYSE", " Veli", "Deniz", "  "),
    "mail": _texts("a@b.co", "c@d.eu", "broken", " "), "street": _texts("Gül", "Lale"),
    "city": _texts("Van", "İzmir"), "at": _texts(*DAYS), "ends": _texts(*DAYS), "status": _texts("x", "test"),
})  # fmt: skip
rows_of = st.lists(row_of, min_size=1, max_size=5)


@pytest.mark.long
@settings(
    max_examples=examples(2, 15),
    deadline=None,
    phases=(Phase.reuse, Phase.generate),  # shrinking would take minutes
    suppress_health_check=list(HealthCheck),
)
@given(rows_of, rows_of, rows_of)
def test_it_says_what_resolve_and_conflicts_say(
    core: list[dict[str, str]], crm: list[dict[str, str]], web: list[dict[str, str]]
) -> None:
    with TemporaryDirectory() as made:
        folder = write_bank(Path(made), BANK, {"core": core, "crm": crm, "web": web})
        golden = resolved(folder)
        target = folder / "conflicts.parquet"
        find_conflicts(job_of(folder, contested=True), Ask(show_values=True), output=target)
        disputes = read_rows(target)
        for entity in {entity for entity, _ in golden}:
            document = explained(folder, entity)
            _compare_golden(document, golden)
            _compare_conflicts(document, disputes)


def _compare_golden(
    document: ExplainDocument, golden: Mapping[tuple[str, str], Mapping[str, object]]
) -> None:
    mine = {key: line for (entity, key), line in golden.items() if entity == document.entity_id}
    assert {one.attribute for one in document.attributes} == set(mine)
    for one in document.attributes:
        line = mine[one.attribute]
        for name in (
            "value", "state", "source", "dataset", "record_id", "reason", "rule", "confirmed_at",
            "valid_until", "spoke", "disagree",
        ):  # fmt: skip
            assert getattr(one, name) == line[name], (one.attribute, name)
        assert all(said.agrees is not False for said in one.says if said.winner)
        if one.disagree and one.value is not None:
            assert any(said.agrees is False for said in one.says if not said.winner)


def _compare_conflicts(document: ExplainDocument, disputes: list[dict[str, object]]) -> None:
    for one in document.attributes:
        about = (document.entity_id, one.attribute)
        listed = [line for line in disputes if (line["entity_id"], line["attribute"]) == about]
        told = [
            (s.source, s.dataset, s.record_id, s.raw, s.cleansed, s.state, s.winner, s.reason)
            for s in one.says
        ]
        if one.disagree:
            names = ("source", "dataset", "record_id", "raw", "cleansed", "state", "winner")
            wanted = [(*(line[name] or None if name == "raw" else line[name] for name in names),
                       line["reason"]) for line in listed]  # fmt: skip
            assert sorted(told, key=str) == sorted(wanted, key=str)
        else:
            assert not listed


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    return run_here(capfd)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bank(tmp_path_factory.mktemp("bank"), BANK, PLAIN)


def test_an_id_that_occurs_nowhere_says_where_it_was_looked_for(bank: Path) -> None:
    with pytest.raises(UsageError) as nowhere:
        explained(bank, "9")
    assert str(nowhere.value) == (
        "customer 9 occurs nowhere; it was looked for in core.people (id), crm.people (id), "
        "web.people (id)"
    )


def test_an_id_that_is_written_otherwise_is_proposed(bank: Path) -> None:
    with pytest.raises(UsageError, match=r"did you mean 007\?"):
        explained(bank, "7")


def test_an_id_outside_the_population_has_no_golden_record(bank: Path) -> None:
    with pytest.raises(UsageError, match=r"only in web\.people, outside its population"):
        explained(bank, "2")


def test_unknown_names_come_with_the_nearest(bank: Path, command: Command) -> None:
    entity = command("explain", "custmer", "1", "-w", bank)
    assert (entity.status, "did you mean 'customer'?" in entity.err) == (64, True)
    attribute = command("explain", "customer", "1", "stret", "-w", bank)
    assert (attribute.status, "did you mean 'street'?" in attribute.err) == (64, True)
    assert command("explain", "customer", "9", "-w", bank).status == 64


def test_the_command_speaks_both_languages_and_json_as_its_schema_says(
    bank: Path, command: Command
) -> None:
    from jsonschema import validate

    arguments = ("explain", "customer", "1", "name", "-w", bank, "--as-of", "2026-11-20")
    assert "It won because most sources say so" not in command(*arguments).out
    assert "“Deniz”" in command(*arguments, "--language", "tr").out
    document = json.loads(command(*arguments, "--format", "json").out)
    validate(document, printed_schema("explain"))
    (name,) = document["attributes"]
    assert (name["value"], name["disagree"]) == ("Deniz", 1)
    assert [one["reason"] for one in name["says"]] == ["most_recent", None, "copy"]


@pytest.fixture
def torn(tmp_path: Path) -> Path:
    folder = write_bank(tmp_path, BANK, PLAIN)
    (folder / "data/crm.csv").unlink()
    return folder


def test_nothing_is_concluded_without_a_source_that_cannot_be_read(torn: Path) -> None:
    document = explained(torn, "1", "name")
    (name,) = document.attributes
    assert list(document.unread) == ["crm.people"]
    assert (name.state, name.value, name.reason) == (None, None, None)
    assert name.unread == ("crm.people",)
    assert [(s.source, s.winner, s.reason, s.agrees) for s in name.says] == [
        ("core", False, None, None),
        ("web", False, None, None),
    ]
    assert not name.corrections
    assert "nothing is concluded" in name.paragraph[0]


def test_a_source_that_breaks_while_it_is_read_is_named_too(tmp_path: Path) -> None:
    folder = write_bank(tmp_path, BANK, PLAIN)
    (folder / "data/web.csv").write_bytes(b"id,name,mail,street,city,at,status\n\xff\xfe,x\n")
    document = explained(folder, "1", "name")
    assert list(document.unread) == ["web.people"]
    (street,) = explained(folder, "1", "street").attributes
    assert street.state == "missing"


def test_an_unknown_id_is_no_certainty_while_a_source_cannot_be_read(torn: Path) -> None:
    with pytest.raises(TekdogruError, match="whether it exists cannot be told") as unsure:
        explained(torn, "9")
    assert not isinstance(unsure.value, UsageError)


def test_a_touchpoint_that_reads_what_nobody_claims_is_compared_all_the_same(
    tmp_path: Path,
) -> None:
    rows = {
        "core": [{"id": "1", "city": "VAN", "at": "2026-10-01"}],
        "crm": [{"id": "9"}],
        "web": [{"id": "1", "city": "Van"}],
    }
    folder = write_bank(tmp_path, BANK, rows)
    (city,) = explained(folder, "1", "city").attributes
    assert [(one.field, one.agrees) for one in city.reads] == [("web.people.city", False)]
    assert [(one.what, one.field) for one in city.corrections] == [
        ("touchpoint:letters", "web.people.city")
    ]
    change(folder, "    name: City\n", "    name: City\n    compare: [fold]\n")
    (city,) = explained(folder, "1", "city").attributes
    assert [one.agrees for one in city.reads] == [True]
    assert not city.corrections


def test_ids_that_are_personal_are_masked_with_their_values(tmp_path: Path) -> None:
    folder = write_bank(tmp_path, BANK, PLAIN)
    change(
        folder,
        "&fields\n          - {key: id, type: code}",
        "&fields\n          - {key: id, type: national_id}",
    )
    (name,) = explained(folder, "1", "name", show_values=False).attributes
    assert {one.record_id for one in name.says if one.source == "core"} == {"…"}
