"""The commands: what they say, what they keep, what they refuse."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pyarrow.parquet as pq
import pytest
import yaml
from commands import PROGRAM, Command, run_here
from matching import attribute, source
from workspaces import write_workspace

from catalog.loading.schema import printed_schema
from catalog.matched import OpenMatch
from expectations.identity import model
from expectations.identity.reviewing import Session

TEXT = """
entities:
  - key: customer
    name: Customer
    subtypes: {individual: "kind = 'I'", sole_trader: "kind = 'S'"}
    match:
      keys:
        - {attribute: customer.nid, joins: [individual, sole_trader], across: review}
"""


@pytest.fixture
def tekdogru(capfd: pytest.CaptureFixture[str]) -> Command:
    return run_here(capfd)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sources = "".join(
        source(key, "rows", "customer", "no", ["no", "nid", "kind", "mail"])
        for key in ("core", "web")
    )
    names = {"nid": "code", "kind": "code", "mail": "email"}
    attributes = "".join(
        attribute("customer", name, type_, (f"{key}.rows.{name}" for key in ("core", "web")),
                  "personal_data: identity, " if name == "nid" else "")
        for name, type_ in names.items()
    )  # fmt: skip
    rows = [
        {"no": "1", "nid": "12345", "kind": "I", "mail": "a@b.co"},
        {"no": "2", "nid": "777", "kind": "I", "mail": ""},
    ]
    other = [{**rows[0], "no": "9", "kind": "S"}, {**rows[1], "no": "8"}]
    text = f"{TEXT}sources:\n{sources}attributes:\n{attributes}"
    return write_workspace(tmp_path, text, {"data/core.csv": rows, "data/web.csv": other})


def test_match_tells_what_it_found_and_writes_the_map(tekdogru: Command, folder: Path) -> None:
    target = folder / "out" / "map.parquet"
    ended = tekdogru("match", "customer", "--workspace", folder, "--output", target)
    assert ended.status == 0
    assert "customer: 4 records are 3 entities" in ended.out
    assert "in doubt: 1" in ended.out
    table = pq.read_table(target)
    assert table.column_names == [
        "source",
        "dataset",
        "record_id",
        "entity_id",
        "merged_by",
        "score",
    ]
    jsonschema.validate(table.to_pylist(), {"type": "array", "items": printed_schema("map")})
    assert table.column("source").to_pylist() == ["core", "core", "web", "web"]


def test_match_as_json_follows_its_schema(tekdogru: Command, folder: Path) -> None:
    ended = tekdogru("match", "--workspace", folder, "--format", "json")
    found = json.loads(ended.out)
    jsonschema.validate(found, printed_schema("match"))
    assert found["matched"][0]["joined_by"] == {"key": 2, "model": 0, "steward": 0}


def test_a_dry_run_keeps_nothing(tekdogru: Command, folder: Path) -> None:
    ended = tekdogru("match", "--workspace", folder, "--dry-run")
    assert "nothing was kept" in ended.out
    assert "never matched" in tekdogru("match", "review", "--workspace", folder).err


def test_review_masks_personal_values_unless_asked(tekdogru: Command, folder: Path) -> None:
    tekdogru("match", "--workspace", folder)
    masked = tekdogru("match", "review", "--workspace", folder)
    assert "1…5" in masked.out
    assert "12345" not in masked.out
    assert "12345" in tekdogru("match", "review", "-w", folder, "--show-values").out
    listed = json.loads(tekdogru("match", "review", "-w", folder, "--format", "json").out)
    jsonschema.validate(listed, printed_schema("queue"))
    assert "12345" not in json.dumps(listed)
    assert {listed["open"][0]["left"], listed["open"][0]["right"]} == {"core.rows/1", "web.rows/9"}


def test_a_decision_is_written_beside_the_definitions_and_wins(
    tekdogru: Command, folder: Path
) -> None:
    tekdogru("match", "--workspace", folder)
    why = ("--by", "derya@b.example", "--reason", "the shop is his: seen")
    pair = ("--same", "core.rows/1", "web.rows/9")
    assert tekdogru("match", "review", "--workspace", folder, *pair, *why).status == 0
    file = folder / "catalog" / "matches.yml"
    file.write_text(file.read_text("utf-8") + "# kept\n", "utf-8")
    apart = ("--different", "core.rows/2", "web.rows/8")
    assert tekdogru("match", "review", "--workspace", folder, *apart, *why).status == 0
    text = file.read_text("utf-8")
    assert "# kept" in text
    assert text.startswith("# What stewards decided")
    assert [list(one) for one in yaml.safe_load(text)["matches"]] == [
        ["entity", "same", "by", True, "reason"], ["entity", "different", "by", True, "reason"],
    ]  # fmt: skip
    ended = tekdogru("match", "--workspace", folder, "--format", "json")
    (found,) = json.loads(ended.out)["matched"]
    assert found["joined_by"] == {"key": 0, "model": 0, "steward": 2}
    assert found["to_review"] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--same", "core.rows/1", "web.rows/9"), "needs --by"),
        (
            ("--same", "core.rows/1", "web.rows/99", "--by", "a@b.c", "--reason", "x"),
            "no matched record 'web.rows/99'",
        ),
        (
            ("--same", "core.rows/1", "core.rows/1", "--by", "a@b.c", "--reason", "x"),
            "two different records",
        ),
    ],
)
def test_a_decision_that_cannot_be_kept_is_refused(
    tekdogru: Command, folder: Path, arguments: tuple[str, ...], says: str
) -> None:
    tekdogru("match", "--workspace", folder)
    ended = tekdogru("match", "review", "--workspace", folder, *arguments)
    assert ended.status == 64
    assert says in ended.err
    assert not (folder / "catalog" / "matches.yml").exists()


def test_a_decision_against_an_earlier_one_is_refused(tekdogru: Command, folder: Path) -> None:
    tekdogru("match", "--workspace", folder)
    why = ("--by", "a@b.c", "--reason", "x", "--workspace", folder)
    assert tekdogru("match", "review", "--same", "core.rows/1", "web.rows/9", *why).status == 0
    ended = tekdogru("match", "review", "--different", "web.rows/9", "core.rows/1", *why)
    assert ended.status == 64
    assert "told apart" in ended.err
    again = tekdogru("match", "review", "--same", "web.rows/9", "core.rows/1", *why)
    assert "decided already, at catalog/matches.yml:" in again.err


def test_an_entity_without_a_match_is_named(tekdogru: Command, folder: Path) -> None:
    ended = tekdogru("match", "costumer", "--workspace", folder)
    assert ended.status == 64
    assert "did you mean 'customer'?" in ended.err


def test_a_source_that_cannot_be_read_stops_the_match(tekdogru: Command, folder: Path) -> None:
    (folder / "data" / "web.csv").unlink()
    ended = tekdogru("match", "--workspace", folder)
    assert ended.status == 3
    assert "nothing was matched: web.rows" in ended.err


def test_comparisons_without_splink_say_what_to_install(
    tekdogru: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "catalog" / "definitions.yml"
    more = "      blocking: [customer.mail]\n      comparisons: [{attribute: customer.mail, as: email}]\nsources:"
    file.write_text(file.read_text("utf-8").replace("sources:", more, 1), "utf-8")
    monkeypatch.setattr(model, "find_spec", lambda name: None)
    ended = tekdogru("match", "--workspace", folder)
    assert ended.status == 64
    assert 'pip install "tekdogru[identity]"' in ended.err


@pytest.mark.long
def test_on_a_terminal_the_steward_is_asked(tekdogru: Command, folder: Path) -> None:
    tekdogru("match", "--workspace", folder)
    who = ["--by", "derya@b.example", "--reason", "seen"]
    said = on_a_terminal([PROGRAM, "match", "review", "-w", folder, *who], "n\n")
    assert "1 of 1" in said
    assert "catalog/matches.yml: 1 added" in said
    (entry,) = yaml.safe_load((folder / "catalog" / "matches.yml").read_text("utf-8"))["matches"]
    assert entry["different"] == ["core.rows/1", "web.rows/9"]


def on_a_terminal(command: list[object], typed: str) -> str:
    """What a command says on a terminal of its own, where this is typed once it asks."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(list(map(str, command)), stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    with contextlib.suppress(OSError):  # the terminal ends with the process
        while part := os.read(ours, 4096):
            said += part
            if b"[q]uit:" in said and typed:
                os.write(ours, typed.encode())
                typed = ""
    os.close(ours)
    assert process.wait(60) == 0
    return said.decode()


def question(left: str, right: str) -> OpenMatch:
    return OpenMatch(
        entity="customer", left=left, right=right, score=0.5, why="", pairs=1, evidence=()
    )


def answers(*given: str) -> Iterator[str]:
    yield from given


def test_a_steward_goes_back_skips_and_is_not_asked_what_follows() -> None:
    asked = [question("a", "b"), question("b", "c"), question("a", "c"), question("d", "e")]
    session, said = Session(asked), answers("n", "b", "s", "s", "k")
    session.run(lambda place: None, lambda prompt: next(said))
    assert session.answers == {0: "same", 1: "same"}
    session, said = Session(asked), answers("?", "s", "q")
    session.run(lambda place: None, lambda prompt: next(said))
    assert session.answers == {0: "same"}
