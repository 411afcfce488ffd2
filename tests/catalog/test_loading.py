"""Files that are not definitions are refused with file, line, what was found and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.loading.loader import load_catalog
from catalog.loading.yaml_files import read_yaml

KINDS = (
    "teams, roles, entities, sources, attributes, measures, reports, touchpoints, purposes, "
    "baseline, waivers, matches, consolidations"
)


def problems(folder: Path, *files: str | bytes) -> list[str]:
    """What loading files a.yml, b.yml, … says, one line each."""
    (folder / "catalog").mkdir()
    for name, content in zip("abcd", files, strict=False):
        raw = content.encode() if isinstance(content, str) else content
        (folder / "catalog" / f"{name}.yml").write_bytes(raw)
    return [str(problem) for problem in load_catalog(folder).problems]


NOT_YAML = {
    "tab": (
        "teams:\n\t- {key: a, name: A}\n",
        "catalog/a.yml:2: error TD001: not YAML: while scanning for the next token begun at line 2, "
        "found character that cannot start any token; a tab indents this line: indent with spaces",
    ),
    "unclosed_brace": (
        "teams:\n  - {key: a, name: A\nroles:\n  - {key: b, name: B}\n",
        "catalog/a.yml:3: error TD001: not YAML: while parsing a flow mapping begun at line 2, "
        "did not find expected ',' or '}'; a { is opened and not closed, or a comma is missing",
    ),
    "unclosed_quote": (
        'teams:\n  - key: a\n    name: "A\n',
        "catalog/a.yml:4: error TD001: not YAML: while scanning a quoted scalar begun at line 3, "
        "found unexpected end of stream; a quote is opened and never closed",
    ),
    "crooked_indentation": (
        "teams:\n  - key: a\n   name: A\n",
        "catalog/a.yml:3: error TD001: not YAML: while parsing a block collection begun at line 2, "
        "did not find expected '-' indicator; the indentation does not fit the lines above",
    ),
    "colon_in_value": (
        "teams:\n  - key: a\n    name: Retail: north\n",
        "catalog/a.yml:3: error TD001: not YAML: mapping values are not allowed in this context; "
        "a value that holds ': ' needs quotes, and keys of one block begin at the same column",
    ),
    "two_documents": (
        "teams: []\n---\nteams: []\n",
        "catalog/a.yml:2: error TD001: not YAML: expected a single document in the stream begun at "
        "line 1, but found another document; a file is one document; take out the ---",
    ),
    "control_character": (
        'teams:\n  - {key: a, name: "A\x07"}\n',
        "catalog/a.yml:2: error TD001: not YAML: character #x0007 is not allowed; delete it",
    ),
    "windows_1254": (
        "teams:\n  - {key: a, name: Şube}\n".encode("windows-1254"),
        "catalog/a.yml:2: error TD001: byte 0xde is not UTF-8; save the file as UTF-8",
    ),
    "utf_16": (
        "teams: []\n".encode("utf-16"),
        "catalog/a.yml:1: error TD001: byte 0xff is not UTF-8; save the file as UTF-8",
    ),
    "list_instead_of_mapping": (
        "- {key: a, name: A}\n",
        f"catalog/a.yml:1: error TD005: a file holds lists by kind ({KINDS}), not a list",
    ),
    "text_instead_of_mapping": (
        "# a note\nhello\n",
        f"catalog/a.yml:2: error TD005: a file holds lists by kind ({KINDS}), not a text",
    ),
    "mapping_instead_of_list": (
        "teams: {key: a, name: A}\n",
        "catalog/a.yml:1: error TD005: 'teams' holds a list of entries, each with a key, "
        "not a block of keys",
    ),
    "text_instead_of_entry": (
        "teams:\n  - retail\n",
        "catalog/a.yml:2: error TD005: an entry of 'teams' is a block of keys, not a text",
    ),
    "unknown_kind": (
        "atributes:\n  - {key: a.b}\n",
        "catalog/a.yml:1: error TD003: unknown kind 'atributes'; did you mean 'attributes'?",
    ),
    "alias_of_itself": (
        "teams: &all\n  - *all\n",
        "catalog/a.yml:1: error TD001: a block contains itself by its alias",
    ),
}


@pytest.mark.parametrize(("text", "said"), NOT_YAML.values(), ids=NOT_YAML)
def test_a_broken_file_is_told_with_its_line_and_what_to_do(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    assert problems(tmp_path, text) == [said]


def test_a_broken_file_does_not_hide_the_problems_of_the_others(tmp_path: Path) -> None:
    found = problems(
        tmp_path, "teams: [", "roles:\n  - {key: r}\n", "teams:\n  - {kye: t, name: T}\n"
    )
    assert [line.split(": error")[0] for line in found] == [
        "catalog/a.yml:2", "catalog/b.yml:2", "catalog/c.yml:2", "catalog/c.yml:2",
    ]  # fmt: skip


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
@pytest.mark.parametrize("depth", [60, 5_000, 300_000])
def test_blocks_nested_beyond_reason_are_refused_not_followed(
    tmp_path: Path, opening: str, depth: int
) -> None:
    (said,) = problems(tmp_path, f"teams: \n {opening * depth}")
    assert said == "catalog/a.yml:2: error TD001: blocks nested more than 50 deep"


def test_aliases_may_not_multiply_a_file(tmp_path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for one, before in zip("bcdefgh", "abcdefg", strict=True):
        lines.append(f"{one}: &{one} [{', '.join([f'*{before}'] * 10)}]")
    (said,) = problems(tmp_path, "\n".join(lines))
    assert "more than 1,000,000 values; aliases may not multiply a file" in said


def test_a_folder_without_files_says_how_to_begin(tmp_path: Path) -> None:
    assert problems(tmp_path) == [
        "catalog:1: error TD001: no .yml file under catalog/; `tekdogru init` writes a starter"
    ]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "teams:\n", "---\n"])
def test_a_file_without_content_is_no_problem(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text, "teams:\n  - {key: a, name: A}\n") == []


def test_a_key_written_twice_in_a_block_is_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, "teams:\n  - key: a\n    name: A\n    name: B\nteams: []\n")
    assert found == [
        "catalog/a.yml:4: error TD002: 'name' is written twice in one block; keep one of them",
        "catalog/a.yml:5: error TD002: 'teams' is written twice in one block; keep one of them",
    ]


def test_a_definition_made_in_two_files_names_both_places(tmp_path: Path) -> None:
    one = "teams:\n  - {key: retail, name: Retail}\n"
    assert problems(tmp_path, one, f"# another\n{one}") == [
        "catalog/b.yml:3: error TD010: teams has 'retail' already, at catalog/a.yml:2; "
        "keys are unique: rename or delete one"
    ]


def test_a_dataset_defined_twice_in_a_source_names_both_places(tmp_path: Path) -> None:
    text = """
sources:
  - key: core
    name: Core
    owner: a@b.example
    datasets:
      - {key: customers, path: a.csv}
      - {key: customers, path: b.csv}
"""
    assert problems(tmp_path, text) == [
        "catalog/a.yml:8: error TD010: 'dataset:core.customers' is defined already, at "
        "catalog/a.yml:7; keys are unique: rename or delete one"
    ]


def test_words_that_look_like_switches_stay_words(tmp_path: Path) -> None:
    text = "teams:\n  - {key: no, name: yes}\n  - {key: off, name: 2026-01-01}\n"
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "a.yml").write_text(text)
    teams = load_catalog(tmp_path).catalog.teams
    assert [(t.key, t.name) for t in teams.values()] == [("no", "yes"), ("off", "2026-01-01")]


def test_files_with_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    text = "teams:\r\n  - {key: a, name: Şube İşleri}\r\n  - {key: b}\r\n"
    found = problems(tmp_path, b"\xef\xbb\xbf" + text.encode())
    assert found == ["catalog/a.yml:3: error TD004: teams 'b': 'name' is missing"]


@given(
    st.one_of(
        st.binary(max_size=60),
        st.text(alphabet="a:-[]{}&*!|>'\"\n\t #,x01", max_size=60).map(str.encode),
    )
)
def test_whatever_a_file_holds_reading_it_never_raises(raw: bytes) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        file = Path(folder) / "a.yml"
        file.write_bytes(raw)
        for problem in read_yaml(file, "a.yml").problems:
            assert problem.place
            assert problem.place.line >= 1
