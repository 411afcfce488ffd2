"""One definition's keys change in its file, and not a byte of anything else."""

from __future__ import annotations

import difflib
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import UsageError
from catalog.loading.rewriting import FileChanged, fingerprint_of, preview, rewrite
from catalog.loading.splicing import NotRewritable
from catalog.loading.yaml_files import read_yaml_text

SAMPLE = Path(__file__).parents[3] / "catalog/sample/bank/catalog"
TEXT = """\
# Ask Ayşe before you edit.
teams:
  - {key: retail, name: Retail, head: ali}   # the oldest
  - {key: sme,
     name: SME,   # small
     tags: [a, b]}
attributes:
  # about e-mail
  - key: customer.email
    name: 'E-mail'            # quoted for a reason
    definition: >-
      Where to
      reach them.

    # who
    owner: head   # until May
    expires_on: 2027-06-30
    tags:
      - contact   # first
      - marketing
    notes: |
      One.
      Two.
    claims:
      - {field: core.customers.email}
  - name: City first
    key: customer.city
    definition: A city.
    owner: head
sources:
  - key: core
    name: Core
    owner: head
    datasets:
      - key: customers
        path: c.csv
        fields:
          - {key: no, type: code}
          - key: email
            notes: old
reports:
  - key: monthly
    name: M
    cells:
    - {key: a, at: "S!C5"}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "definitions.yml"
    path.write_bytes(TEXT.encode())
    return path


def changed(file: Path, urn: str, **edits: Any) -> list[str]:
    """The lines that went and came."""
    made = rewrite(file, urn, edits)
    assert made.before == TEXT
    lines = list(difflib.ndiff(TEXT.splitlines(), file.read_text("utf-8").splitlines()))
    return [line for sign in "-+" for line in lines if line[0] == sign]


@pytest.mark.parametrize(
    ("urn", "edits", "lines"),
    [
        ("attribute:customer.email", {"expires_on": date(2028, 1, 31)},
         ["-     expires_on: 2027-06-30", "+     expires_on: 2028-01-31"]),
        ("attribute:customer.email", {"name": "Mail's name"},
         ["-     name: 'E-mail'            # quoted for a reason",
          "+     name: 'Mail''s name'            # quoted for a reason"]),
        ("attribute:customer.email", {"owner": "data"},
         ["-     owner: head   # until May", "+     owner: data   # until May"]),
        ("attribute:customer.email", {"tags": ["contact", "new"]},
         ["-       - marketing", "+       - new"]),
        ("attribute:customer.email", {"tags": ["contact"]}, ["-       - marketing"]),
        ("attribute:customer.email", {"steward": "yes"},
         ["+     steward: 'yes'"]),
        ("attribute:customer.email", {"status": "draft", "replaced_by": "a: b #c"},
         ["+     status: draft", "+     replaced_by: 'a: b #c'"]),
        ("attribute:customer.email", {"notes": "Three.\n\nFour: ş"},
         ["-     notes: |", "-       One.", "-       Two.", "+     notes: |-", "+       Three.", "+ ",
          "+       Four: ş"]),
        ("attribute:customer.email", {"notes": None},
         ["-     notes: |", "-       One.", "-       Two."]),
        ("attribute:customer.email", {"definition": "Short."},
         ["-       Where to", "-       reach them.", "+       Short."]),
        ("attribute:customer.city", {"name": None},
         ["-   - name: City first", "-     key: customer.city", "+   - key: customer.city"]),
        ("attribute:customer.city", {"expires_on": date(2027, 1, 1)}, ["+     expires_on: 2027-01-01"]),
        ("team:retail", {"head": None, "phone": "ext. 7, or 8"},
         ["-   - {key: retail, name: Retail, head: ali}   # the oldest",
          "+   - {key: retail, name: Retail, phone: 'ext. 7, or 8'}   # the oldest"]),
        ("team:sme", {"tags": ["a", "{b}"]},
         ["-      tags: [a, b]}", "+      tags: [a, '{b}']}"]),
        ("team:sme", {"reporting_people": 4},
         ["-      tags: [a, b]}", "+      tags: [a, b], reporting_people: 4}"]),
        ("dataset:core.customers", {"refresh": "1d"}, ["+         refresh: 1d"]),
        ("field:core.customers.email", {"notes": "new"},
         ["-             notes: old", "+             notes: new"]),
        ("field:core.customers.no", {"type": "text"},
         ["-           - {key: no, type: code}", "+           - {key: no, type: text}"]),
        ("cell:monthly/a", {"label": "Aktif müşteri", "where": {"segment": "retail"}},
         ['-     - {key: a, at: "S!C5"}',
          '+     - {key: a, label: Aktif müşteri, at: "S!C5", where: {segment: retail}}']),
    ],
)  # fmt: skip
def test_only_the_lines_of_what_was_edited_change(
    file: Path, urn: str, edits: dict[str, Any], lines: list[str]
) -> None:
    assert changed(file, urn, **edits) == lines


def test_nothing_to_edit_writes_nothing(file: Path) -> None:
    before = file.stat()
    assert changed(file, "attribute:customer.email", owner="head", steward=None) == []
    assert file.stat().st_mtime_ns == before.st_mtime_ns


def test_line_ends_marks_rights_and_links_stay(file: Path, tmp_path: Path) -> None:
    text = "\ufeff" + TEXT.replace("\n", "\r\n")
    file.write_bytes(text.encode())
    file.chmod(0o640)
    link = tmp_path / "link.yml"
    link.symlink_to(file)
    rewrite(link, "attribute:customer.email", {"notes": "a\nb", "steward": "x", "tags": ["c"]})
    raw = file.read_bytes().decode()
    assert raw.startswith("\ufeff# Ask")
    assert raw.count("\n") == raw.count("\r\n")
    assert "notes: |-\r\n      a\r\n      b\r\n" in raw
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_file_that_was_changed_meanwhile_is_left_alone(file: Path) -> None:
    expected = fingerprint_of(file)
    file.write_text(TEXT + "# theirs\n", "utf-8")
    with pytest.raises(FileChanged, match="changed by somebody else"):
        rewrite(file, "attribute:customer.email", {"owner": "x"}, expected)
    assert file.read_text("utf-8") == TEXT + "# theirs\n"


def test_a_file_that_has_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileChanged, match="cannot be read any more"):
        rewrite(tmp_path / "none.yml", "attribute:customer.email", {"owner": "x"})


@pytest.mark.parametrize(
    ("old", "new", "edits", "said"),
    [
        ("owner: head   # until May", "owner: &o head", {"owner": "x"}, ""),
        ("owner: head   # until May\n", "owner: &o head\n    steward: *o\n", {"owner": "x"}, "safely"),
        ("owner: head   # until May\n", "owner: &o head\n    steward: *o\n", {"steward": "x"}, "alias"),
        ("key: customer.email", "key: customer.mail", {"owner": "x"}, "does not stand in this file any more"),
        ("owner: head   # until May", "owner: [head", {"owner": "x"}, "cannot be read as YAML"),
    ],
)  # fmt: skip
def test_an_edit_that_is_not_safe_is_refused_and_nothing_written(
    file: Path, old: str, new: str, edits: dict[str, Any], said: str
) -> None:
    text = TEXT.replace(old, new, 1)
    file.write_text(text, "utf-8")
    if not said:
        rewrite(file, "attribute:customer.email", edits)
        return
    with pytest.raises(NotRewritable, match=said):
        rewrite(file, "attribute:customer.email", edits)
    assert file.read_text("utf-8") == text


def test_what_stands_in_no_file_is_refused(file: Path) -> None:
    with pytest.raises(UsageError, match="not a definition that stands in a file"):
        rewrite(file, "run:1", {"owner": "x"})


def test_a_preview_writes_nothing(file: Path) -> None:
    made = preview(file, "attribute:customer.email", {"owner": "x"})
    assert "owner: x   # until May" in made.after
    assert file.read_text("utf-8") == made.before == TEXT


def test_two_who_rewrite_at_once_both_succeed(file: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = [f"field_{n}" for n in range(24)]
        list(pool.map(lambda k: rewrite(file, "attribute:customer.email", {k: k}), keys))
    text = file.read_text("utf-8")
    assert all(f"    {key}: {key}\n" in text for key in keys)


def test_a_comment_behind_a_value_stays_where_several_lines_take_its_place(file: Path) -> None:
    after = rewrite(file, "attribute:customer.email", {"name": "E-mail\naddress"}).after
    assert "    name: |-            # quoted for a reason\n      E-mail\n      address\n" in after


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60)
TEXTS = st.one_of(
    WORDS,
    st.lists(WORDS.map(str.strip), min_size=1, max_size=4).map("\n".join),
    st.sampled_from(["yes", "null", "1", "1e3", "- a", "? b", "a: b", "#x", "'", '"', "{", "|", "%", "@x"]),
    st.text("ab \n:#'\"-{}[],&*!|>%@`", max_size=30),
)  # fmt: skip
VALUES = st.one_of(
    TEXTS, st.dates(), st.booleans(), st.integers(-(10**9), 10**9),
    st.lists(TEXTS, max_size=5), st.dictionaries(st.sampled_from(["a", "b c", "d:"]), TEXTS),
)  # fmt: skip
TARGETS = ["attribute:customer.email", "attribute:customer.city", "team:retail", "team:sme",
           "field:core.customers.email", "cell:monthly/a"]  # fmt: skip


@given(
    urn=st.sampled_from(TARGETS),
    edits=st.dictionaries(
        st.sampled_from(["name", "notes", "tags", "steward", "definition"]), VALUES, max_size=4
    ),
)
def test_whatever_is_written_reads_as_itself_and_all_comments_stay(
    tmp_path_factory: pytest.TempPathFactory, urn: str, edits: dict[str, Any]
) -> None:
    """`rewrite` itself refuses a result that reads otherwise; so refusing nothing is the proof."""
    file = tmp_path_factory.getbasetemp() / "any.yml"
    file.write_bytes(TEXT.encode())
    after = rewrite(file, urn, edits).after
    assert not read_yaml_text(after, "after").problems
    for comment in (
        "# Ask Ayşe",
        "# the oldest",
        "# small",
        "# about e-mail",
        "# who",
        "# until May",
    ):
        assert comment in after


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLE.glob("*.yml")))
def test_every_definition_of_the_sample_bank_can_be_edited(name: str, tmp_path: Path) -> None:
    text = (SAMPLE / name).read_text("utf-8").replace("{{", "").replace("}}", "")
    file = tmp_path / name
    file.write_text(text, "utf-8")
    value = read_yaml_text(text, name).value or {}
    for kind in ("attributes", "measures", "reports"):
        for entry in value.get(kind) or ():
            urn = f"{kind[:-1]}:{entry['key']}"
            made = rewrite(
                file, urn, {"notes": "Yeni: not", "expires_on": date(2030, 1, 1), "tags": ["x"]}
            )
            assert made.before.count("#") == made.after.count("#")
