"""What falls due, for whom, and how soon in effect; and the renewal of one definition."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from markupsafe import escape
from workspaces import TODAY, run, write_workspace

from catalog.cli import run as tekdogru
from catalog.loading.loader import load_catalog
from catalog.loading.rewriting import FileChanged
from catalog.model import Catalog, Renewal
from catalog.panels import PanelContext
from catalog.settings import Settings
from catalog.store.runs import RunStore
from catalog.workspace import open_workspace
from lineage.graph import Lineage, build_lineage
from lineage.renewing import prepare
from lineage.review_panel import reviews
from lineage.reviews import effective_review, effective_reviews

DEFINITIONS = """
teams:
  - {key: retail, name: Retail, head: chief@bank.example}
roles:
  - {key: crm_owner, name: Head of CRM, team: retail, holder: elif@bank.example, deputy: can@bank.example}
  - {key: gone, name: Head of cards, team: retail, holder: left@bank.example, until: 2026-10-01}
sources:
  - key: crm
    name: CRM
    location: data
    owner: crm_owner
    expires_on: 2026-11-10
    datasets:
      - key: people
        path: crm.csv
        entity: customer
        id: no
        fields: [{key: no, type: code}, {key: mail, type: email}, {key: town}]
attributes:
  - key: customer.email
    name: E-mail
    definition: Where the customer is reached.
    owner: crm_owner
    expires_on: 2026-11-19     # yesterday
    type: email
    claims: [{field: crm.people.mail}]
    required: true
  - {key: customer.town, name: =Town, definition: Where it lives., owner: gone, expires_on: 2027-06-30, claims: [{field: crm.people.town}]}
measures:
  - key: reachable
    name: Reachable
    definition: With an address.
    owner: retail
    review_every: 12mo
    approved_on: 2025-12-20
    calculation: SELECT count(email) AS value FROM customer
reports:
  - key: monthly
    name: Monthly
    definition: The month.
    owner: direct@bank.example
    team: retail
    expires_on: 2027-01-31
    cells:
      - {key: reachable, label: Reachable, at: S!C5, measure: reachable}
      - {key: double, at: S!C6, calculation: "=2*C5"}
      - {key: towns, at: S!C7, calculation: SELECT count(town) AS value FROM customer}
touchpoints:
  - {key: letters, name: Letters, reads: {customer.email: crm.people.mail}}
"""
FILE = "catalog/definitions.yml"
EMAIL = "attribute:customer.email"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(f"{TODAY} 09:00", tick=False):
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [{"no": "1", "mail": "a@b.co", "town": "Van"}, {"no": "2", "mail": "", "town": ""}]
    return write_workspace(tmp_path, DEFINITIONS, {"data/crm.csv": rows})


@pytest.fixture
def traced(folder: Path) -> tuple[Lineage, Catalog]:
    catalog = load_catalog(folder).catalog
    return build_lineage(catalog), catalog


def test_a_cell_must_be_reviewed_when_the_first_of_what_it_rests_on_must(
    traced: tuple[Lineage, Catalog],
) -> None:
    found = effective_reviews(*traced, Settings())
    dates = {urn: (one.on.isoformat(), one.because_of) for urn, one in found.items()}
    assert dates == {
        EMAIL: ("2026-11-19", EMAIL),
        "attribute:customer.town": ("2027-06-30", "attribute:customer.town"),
        "measure:reachable": ("2026-11-19", EMAIL),
        "cell:monthly/reachable": ("2026-11-19", EMAIL),
        "cell:monthly/double": ("2026-11-19", EMAIL),
        "cell:monthly/towns": ("2027-06-30", "attribute:customer.town"),
        "report:monthly": ("2026-11-19", EMAIL),
    }
    assert {urn: effective_review(*traced, Settings(), urn) for urn in found} == found


def test_what_is_retired_makes_nothing_due(folder: Path) -> None:
    text = DEFINITIONS.replace("    required: true\n", "    status: retired\n")
    catalog = load_catalog(write_workspace(folder, text)).catalog
    assert EMAIL not in effective_reviews(build_lineage(catalog), catalog, Settings())


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    found = tekdogru(arguments)
    captured = capsys.readouterr()
    assert found == status, captured.err
    return captured.out if status == 0 else captured.err


def test_the_forecast_by_owner(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "expiring", "-w", str(folder), "--within", "60d") == (
        "2 past their review date on 2026-11-20, 1 more due until 2027-01-19\n"
        "\n"
        "Head of CRM (crm_owner), held by elif@bank.example, deputy can@bank.example:\n"
        "  2026-11-10  10 day(s) ago, expired: CRM  (source:crm)\n"
        "      3 cells in 1 report, 1 touchpoint rest on it\n"
        "  2026-11-19  1 day(s) ago, must not be used: its grace is over: E-mail  (attribute:customer.email)\n"
        "      2 cells in 1 report, 1 touchpoint rest on it\n"
        "\n"
        "Retail (retail), held by chief@bank.example:\n"
        "  2026-12-20  in 30 day(s), due: Reachable  (measure:reachable)\n"
        "      2 cells in 1 report rest on it\n"
        "      in effect already on 2026-11-19, because it rests on attribute:customer.email\n"
        "\n"
        "Numbers that rest on these:\n"
        "  Monthly: 2 of 3 cells, from 2026-11-19 on (attribute:customer.email)\n"
    )


def test_the_forecast_by_team_counts_owners_of_no_team_together(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, "expiring", "-w", str(folder), "--within", "1y", "--by", "team")
    assert [line for line in text.splitlines() if line.endswith(":")] == [
        "Retail (retail):",
        "In no team:",
        "Numbers that rest on these:",
    ]
    assert "      Head of cards (gone), held by nobody since 2026-10-01\n" in text


def test_the_forecast_as_json_and_as_a_table(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("expiring", "-w", str(folder), "--within", "1y", "--format")
    document = json.loads(said(capsys, *arguments, "json"))
    assert [one["urn"] for one in document["definitions"]] == [
        "source:crm", EMAIL, "measure:reachable", "report:monthly", "attribute:customer.town",
    ]  # fmt: skip
    assert document["definitions"][2]["effective"] == "2026-11-19"
    assert len(document["cells"]) == 3
    rows = list(csv.DictReader(StringIO(said(capsys, *arguments, "csv"))))
    assert rows[1]["file"] == FILE
    assert (rows[1]["cells"], rows[1]["days"], rows[1]["standing"]) == ("2", "-1", "lapsed")
    assert rows[4]["name"] == "'=Town"


def test_nothing_due_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("expiring", "-w", str(folder), "--as-of", "2025-01-01", "--within", "30d")
    assert said(capsys, *arguments) == (
        "Nothing expires until 2025-01-31: 5 review date(s) lie later.\n"
    )
    assert "'3 weeks' is not a span of time" in said(
        capsys, "expiring", "-w", str(folder), "--within", "3 weeks", status=64
    )


def renew(folder: Path, *more: str, by: str = "Elif@bank.example") -> tuple[str, ...]:
    return ("renew", "-w", str(folder), "--by", by, "--note", "Checked: still right", *more)


def test_a_renewal_shows_the_evidence_and_writes_nothing_without_a_yes(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    RunStore(open_workspace(folder).state_url).save(run(folder))
    before = (folder / FILE).read_bytes()
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))
    assert tekdogru(renew(folder, EMAIL, "--until", "2027-11-19")) == 64
    captured = capsys.readouterr()
    assert "not confirmed; nothing was changed" in captured.err
    for line in (
        f"E-mail  ({EMAIL}, {FILE}:20)",
        "  Answers for it:   Head of CRM (crm_owner), held by elif@bank.example, deputy can@bank.example",
        "  Review date:      2026-11-19 (1 day(s) ago)",
        "  Its value:        crm.people.mail",
        "  Rests on it:      2 cells in 1 report, 1 touchpoint",
        "  Last change:      not known: no git history here",
        "  Earlier reviews:  none is recorded",
        "  Checks, as of 2026-11-20:",
        "    FAIL    Every customer has a value for E-mail",
        "Does elif@bank.example confirm that it still holds, until 2027-11-19? [y/N] ",
    ):
        assert line in captured.out
    assert (folder / FILE).read_bytes() == before


def test_showing_the_evidence_makes_no_history(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = open_workspace(folder)
    state = workspace.root / workspace.settings.state
    assert not state.exists()
    text = said(capsys, *renew(folder, EMAIL, "--until", "2027-11-19", "--yes"))
    assert "nothing is known; `tekdogru check` makes the first run" in text
    assert not state.exists()


def test_the_evidence_leaves_out_runs_for_days_to_come(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, record = RunStore(open_workspace(folder).state_url), run(folder)
    store.save(record)
    store.save(record.model_copy(update={"run": "later", "as_of": date(2026, 12, 24)}))
    text = said(capsys, *renew(folder, EMAIL, "--until", "2027-11-19", "--yes"))
    assert f"Checks, as of {TODAY}:" in text


@pytest.mark.parametrize("answer", ["y\n", "evet\n"])
def test_a_confirmed_renewal_changes_the_date_and_keeps_who_when_and_why(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(answer))
    text = said(capsys, *renew(folder, EMAIL, "--until", "2027-11-19"))
    assert text.endswith(f"{EMAIL} is renewed until 2027-11-19; commit {FILE}\n")
    written = (folder / FILE).read_text(encoding="utf-8")
    assert "    expires_on: 2027-11-19     # yesterday\n" in written
    attribute = load_catalog(folder).catalog.attributes["customer.email"]
    assert attribute.renewals == (
        Renewal(
            reviewed_on=TODAY, by="elif@bank.example", note="Checked: still right",
            due=date(2026, 11, 19), until=date(2027, 11, 19),
        ),
    )  # fmt: skip


def test_a_second_renewal_stands_below_the_first_one_and_is_shown(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, *renew(folder, EMAIL, "--until", "2027-11-19", "--yes"))
    text = said(
        capsys, *renew(folder, EMAIL, "--until", "2028-11-19", "--yes", by="can@bank.example")
    )
    assert (
        "  Reviewed:         2026-11-20 by elif@bank.example, until 2027-11-19: Checked: still right"
        in text
    )
    renewals = load_catalog(folder).catalog.attributes["customer.email"].renewals
    assert [one.by for one in renewals] == ["elif@bank.example", "can@bank.example"]


def test_what_is_reviewed_in_a_rhythm_is_renewed_from_today(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by = "chief@bank.example"
    refused = said(
        capsys, *renew(folder, "measure:reachable", "--until", "2030-01-01", by=by), status=64
    )
    assert "is reviewed every 12mo: leave --until out" in refused
    said(capsys, *renew(folder, "measure:reachable", "--yes", by=by))
    measure = load_catalog(folder).catalog.measures["reachable"]
    assert (measure.approved_on, measure.review_date) == (TODAY, date(2027, 11, 20))


@pytest.mark.parametrize(
    ("arguments", "by", "expected"),
    [
        ((EMAIL, "--until", "2027-11-19"), "eve@bank.example",
         "eve@bank.example may not renew attribute:customer.email; elif@bank.example or can@bank.example may"),
        ((EMAIL, "--until", "2026-11-20"), "elif@bank.example", "is not after today"),
        (("report:monthly", "--until", "2027-01-31"), "direct@bank.example", "would not prolong"),
        ((EMAIL,), "elif@bank.example", "has no `review_every` to count from; say --until DATE"),
        (("attribute:customer.town", "--until", "2028-01-01"), "left@bank.example",
         "left@bank.example may not renew attribute:customer.town; chief@bank.example may"),
        (("attribute:customer.emial", "--until", "2028-01-01"), "elif@bank.example",
         "did you mean 'attribute:customer.email'"),
        (("entity:customer", "--until", "2028-01-01"), "elif@bank.example", "nobody may renew entity:customer"),
    ],
)  # fmt: skip
def test_what_may_not_be_renewed_so_is_refused_with_the_reason(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    by: str,
    expected: str,
) -> None:
    before = (folder / FILE).read_bytes()
    assert expected in said(capsys, *renew(folder, *arguments, "--yes", by=by), status=64)
    assert (folder / FILE).read_bytes() == before


def test_a_file_that_changed_after_the_evidence_was_shown_is_left_alone(folder: Path) -> None:
    workspace = open_workspace(folder)
    catalog = workspace.load().catalog
    renewal = Renewal(reviewed_on=TODAY, by="e@b.example", note="n", until=date(2027, 1, 1))
    renewing = prepare(workspace, catalog, EMAIL, renewal)
    text = (folder / FILE).read_text(encoding="utf-8") + "# somebody else was here\n"
    (folder / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(FileChanged):
        renewing.write()
    assert (folder / FILE).read_text(encoding="utf-8") == text
    changed = text.replace("2026-11-19", "2026-11-18")
    (folder / FILE).write_text(changed, encoding="utf-8")
    with pytest.raises(FileChanged):
        prepare(workspace, catalog, EMAIL, renewal)


def test_listings_mark_what_is_expired(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    marks = "Expired among these; what rests on them is tainted:\n  attribute:customer.email, since 2026-11-19\n"
    assert marks in said(capsys, "impact", EMAIL, "-w", str(folder))
    assert marks in said(capsys, "lineage", "cell:monthly/double", "--up", "-w", str(folder))
    document = json.loads(said(capsys, "impact", EMAIL, "-w", str(folder), "--format", "json"))
    assert document["expired"] == {EMAIL: "2026-11-19"}
    graph = json.loads(said(capsys, "lineage", EMAIL, "-w", str(folder), "--format", "json"))
    assert {n["urn"] for n in graph["nodes"] if n["expired_on"]} == {EMAIL, "source:crm"}
    drawn = said(capsys, "lineage", EMAIL, "-w", str(folder), "--format", "mermaid")
    assert "attribute customer.email<br/>(expired)" in drawn
    fine = said(capsys, "lineage", "cell:monthly/towns", "--down", "-w", str(folder))
    assert "Expired" not in fine


def panel_of(folder: Path, urn: str, **more: object) -> str | None:
    lineage, catalog = build_lineage(found := load_catalog(folder).catalog), found
    context = PanelContext(
        catalog=catalog, settings=Settings(), language="en", today=TODAY, run=None, lineage=lineage,
        results_of=lambda urn: (), link=escape, count=lambda urn, n: str(n),
        is_personal=lambda urn: False, **more,
    )  # type: ignore[arg-type]  # fmt: skip
    panel = reviews(catalog.definitions[urn], context)
    return str(panel.html) if panel else None


def test_a_page_tells_the_date_in_effect_and_every_review(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert panel_of(folder, EMAIL) is None
    assert panel_of(folder, "cell:monthly/double") == (
        "<p>In effect it must be reviewed by 19 Nov 2026, because it rests on attribute:customer.email.</p>"
    )
    hidden = panel_of(folder, "cell:monthly/double", is_shown=lambda urn: urn != EMAIL)
    assert hidden is not None
    assert EMAIL not in hidden
    note = ("--note", "<b>ok</b>", "--by", "elif@bank.example", "--yes", "--until", "2027-11-19")
    said(capsys, "renew", EMAIL, "-w", str(folder), *note)
    assert panel_of(folder, EMAIL) == (
        "<dl class='td-facts'><dt>20 Nov 2026</dt><dd>elif@bank.example confirmed it, until "
        "19 Nov 2027<br>&lt;b&gt;ok&lt;/b&gt;</dd></dl>"
    )
