"""Published figures are read strictly: every problem with its line, nothing read by guessing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from workspaces import TODAY, write_workspace

from catalog.periods import Period
from catalog.validation.opening import open_valid
from expectations.published import Feed, read_feeds

DEFINITIONS = """
teams: [{key: t, name: T}]
entities: [{key: customer, name: Customer}]
measures:
  - {key: m, name: M, definition: d, owner: t, expires_on: 2027-01-01, calculation: SELECT 1 AS value}
reports:
  - key: r
    name: R
    definition: d
    owner: t
    expires_on: 2027-01-01
    team: t
    period: month
    published: FILE
    cells: [{key: a, measure: m}, {key: b, measure: m}]
  - key: s
    name: S
    definition: d
    owner: t
    expires_on: 2027-01-01
    team: t
    period: quarter
    published: FILE
    cells: [{key: a, measure: m}, {key: c, measure: m}]
"""
HEAD = "cell,period,value,version,published_at\n"
OCTOBER = Period.parse("2026-10")


def feeds(folder: Path, text: str | bytes, file: str = "published/all.csv") -> dict[str, Feed]:
    definitions = DEFINITIONS.replace("FILE", file)
    content = text if isinstance(text, bytes) else text.encode()
    write_workspace(folder, definitions, {file.replace("{period}", "2026-10"): content})
    return read_feeds(folder, open_valid(folder)[1], TODAY)


def test_numbers_are_exact_and_versions_stand_in_their_order(tmp_path: Path) -> None:
    text = (
        HEAD + "r/a,2026-10,1234567890123456789.01,2,2026-11-09T10:00\nr/a,2026-10,7,1,2026-11-05\n"
    )
    found = feeds(tmp_path, text)["r"]
    assert found.problems == ()
    versions = found.versions["r/a", OCTOBER]
    assert [(v.version, v.value, v.published_on) for v in versions] == [
        (1, Decimal(7), date(2026, 11, 5)),
        (2, Decimal("1234567890123456789.01"), date(2026, 11, 9)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "b,2026-10,7,1,2026-11-05\n",
        "\ufeffcell;period;value;version;published_at\r\nb;2026-10;7;1;2026-11-05\r\n",
        "published_at, version ,Value,PERIOD,cell\n2026-11-05,1,7,2026-10,r/b\n",
        HEAD + '\n"b",2026-10,"7",1,2026-11-05\n,,,,\n',
    ],
    ids=["plain", "mark_and_semicolons", "other_order", "quotes_and_blank_lines"],
)
def test_files_as_programs_write_them_are_read(tmp_path: Path, text: str) -> None:
    found = feeds(tmp_path, text)["r"]
    assert (found.problems, found.missing, found.lines) == ((), None, 1)
    assert found.versions["r/b", OCTOBER][0].value == 7


LINES = {
    "r/x,2026-10,7,1,2026-11-05": "there is no cell 'r/x'; did you mean",
    "x,2026-10,7,1,2026-11-05": "there is no cell 'x'",
    "a,2026-10,7,1,2026-11-05": "cell 'a' is in r and s; write r/a",
    "b,Oct 2026,7,1,2026-11-05": "'Oct 2026' is not a period; write one of",
    "b,2026-Q3,7,1,2026-11-05": "2026-Q3 is a quarter; the report's is a month, as in 2026-10",
    'b,2026-10,"7,5",1,2026-11-05': "'7,5' has a decimal comma; write a point",
    'b,2026-10,"1.234,56",1,2026-11-05': "has a decimal comma",
    'b,2026-10,"1,234.56",1,2026-11-05': "'1,234.56' is not a number",
    "b,2026-10,1e5,1,2026-11-05": "'1e5' is not a number",
    "b,2026-10,NaN,1,2026-11-05": "'NaN' is not a number",
    "b,2026-10,,1,2026-11-05": "the value is empty",
    "b,2026-10,7,0,2026-11-05": "version '0' is not a whole number from 1 on",
    "b,2026-10,7,1.0,2026-11-05": "version '1.0' is not a whole number",
    "b,2026-10,7,1,05.11.2026": "published_at '05.11.2026' is not a date; write 2026-11-05",
    "b,2026-10,7,1,2030-11-05": "published_at 2030-11-05 has not come yet; is the year right?",
    "b,2026-10,7,1": "4 values under 5 headings",
}


@pytest.mark.parametrize(("line", "said"), LINES.items())
def test_a_line_that_cannot_be_read_is_told_with_its_place(
    tmp_path: Path, line: str, said: str
) -> None:
    found = feeds(tmp_path, HEAD + "b,2026-09,1,1,2026-10-05\n" + line + "\n")["r"]
    assert len(found.problems) == 1
    assert found.problems[0].startswith("published/all.csv:3: ")
    assert said in found.problems[0]
    assert list(found.versions) == [("r/b", Period.parse("2026-09"))]


def test_all_problems_are_told_at_once_each_to_the_report_it_concerns(tmp_path: Path) -> None:
    text = HEAD + "r/a,2026-13,x,y,z\ns/c,2026-Q3,x,1,2026-11-05\nr/b,2026-10,7,1,2026-11-05\n"
    found = feeds(tmp_path, text)
    assert [said.partition(": ")[0] for said in found["r"].problems] == ["published/all.csv:2"] * 4
    assert [said.partition(": ")[0] for said in found["s"].problems] == ["published/all.csv:3"]
    assert (found["r"].lines, found["s"].lines) == (2, 1)


def test_one_version_may_stand_once_and_neither_line_is_believed(tmp_path: Path) -> None:
    text = HEAD + "b,2026-10,7,1,2026-11-05\nb,2026-10,8,1,2026-11-06\n"
    found = feeds(tmp_path, text)["r"]
    assert found.problems == (
        "published/all.csv:3: version 1 of r/b for 2026-10 stands in line 2 already; "
        "number a restatement higher",
    )
    assert found.spoilt == {("r/b", OCTOBER)}


def test_a_restatement_that_cannot_be_read_does_not_let_the_first_number_pass(
    tmp_path: Path,
) -> None:
    text = HEAD + 'b,2026-10,7,1,2026-11-05\nb,2026-10,"7,5",2,2026-11-06\n'
    assert feeds(tmp_path, text)["r"].spoilt == {("r/b", OCTOBER)}


UNREAD = {
    "latin": (b"cell,period,value,version,published_at\n\xfe,", "published/all.csv:2: not UTF-8"),
    "empty": (b"", "published/all.csv:1: the headings cell, period, value, version, published_at"),
    "heading": (b"cell,period,value,version\n", "the headings published_at are missing"),
    "unknown": (HEAD.strip().encode() + b",note\n", "unknown heading 'note'"),
    "twice": (HEAD.strip().encode() + b",cell\n", "the heading cell stands twice"),
    "quote": (HEAD.encode() + b'b,2026-10,"7"x,1,2026-11-05\n', "published/all.csv:2: not CSV"),
}


@pytest.mark.parametrize(("content", "said"), UNREAD.values(), ids=UNREAD)
def test_a_file_that_cannot_be_understood_gives_nothing_and_says_why(
    tmp_path: Path, content: bytes, said: str
) -> None:
    for found in feeds(tmp_path, content).values():
        assert found.versions == {}
        assert found.missing is not None
        assert said in found.missing


def test_a_file_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    write_workspace(tmp_path, DEFINITIONS.replace("FILE", "published/none.csv"))
    found = read_feeds(tmp_path, open_valid(tmp_path)[1], TODAY)
    assert found["r"].missing == "there is no file published/none.csv"


def test_a_file_per_period_holds_that_period_alone(tmp_path: Path) -> None:
    text = HEAD + "r/b,2026-10,7,1,2026-11-05\nr/b,2026-09,7,1,2026-11-05\n"
    found = feeds(tmp_path, text, "published/{period}/all.csv")["r"]
    assert list(found.versions) == [("r/b", OCTOBER)]
    assert found.problems == ("published/2026-10/all.csv:3: 2026-09 in a file of 2026-10",)
    (tmp_path / "published" / "latest").mkdir()
    (tmp_path / "published/latest/all.csv").write_text(HEAD)
    again = read_feeds(tmp_path, open_valid(tmp_path)[1], TODAY)["r"]
    assert "the period in its name: 'latest' is not a period" in again.problems[-1]


def test_what_was_published_later_than_a_day_had_not_been_seen_on_it(tmp_path: Path) -> None:
    text = (
        HEAD
        + "r/b,2026-10,7,1,2026-11-05\nr/b,2026-10,8,2,2026-11-09\nr/a,2026-10,1,1,2026-11-09\n"
    )
    seen = feeds(tmp_path, text)["r"].until(date(2026, 11, 8))
    assert {spot: [v.value for v in of] for spot, of in seen.versions.items()} == {
        ("r/b", OCTOBER): [7]
    }
