"""Every reason why something cannot be compared or told is said in Turkish, too."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations.consolidation import clustering
from lineage.pages.obstacles import is_known, say_obstacle

ROOT = Path(__file__).parents[3]
SAYING = {
    "lineage/canonical/stating.py": {"Unstated"},
    "lineage/canonical/workbook.py": {"Unstated"},
    "expectations/equality/judging.py": {"Judgement"},
    **{
        f"expectations/difference/{name}.py": {"NotTaken", "NotStated"}
        for name in ("changes", "explaining", "formulas", "ingredients", "pairing", "stating")
    },
    "expectations/truth.py": {"Truth"},
}


def reasons() -> Iterator[str]:
    """What the code gives as a reason, with an x for each value that is filled in."""
    for file, names in SAYING.items():
        for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
                for given in (*node.args, *(one.value for one in node.keywords)):
                    if (text := written(given)) and " " in text.strip("x: "):
                        yield text


def written(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(
            written(one) if isinstance(one, ast.Constant) else "x" for one in node.values
        )
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_each_reason_in_the_code_is_known_in_turkish() -> None:
    found = [*reasons(), clustering._NOTHING, clustering._UNPROVEN]
    assert len(found) > 40
    assert [one for one in found if not is_known(one)] == []


def test_holes_are_the_same_in_both_languages() -> None:
    raw = tomllib.loads((ROOT / "lineage/pages/obstacles.toml").read_text("utf-8"))
    for part in raw.values():
        for english, turkish in part.values():
            assert is_known(english), english
            holes = {one.partition("}")[0] for one in english.split("{")[1:]}
            assert holes == {one.partition("}")[0] for one in turkish.split("{")[1:]}, english


@pytest.mark.parametrize(
    ("english", "turkish"),
    [
        (
            "cell:a/n: what VLOOKUP gives cannot be compared; known are ABS, SUM",
            "cell:a/n: VLOOKUP sonucu karşılaştırılamıyor; bilinenler: ABS, SUM",
        ),
        (
            "Monthly, Active cannot be taken apart: it reads one table twice",
            "Monthly, Active bileşenlerine ayrılamıyor: bir tabloyu iki kez okuyor",
        ),
        (
            "it could not be run on generated data: Binder Error: no",
            "üretilmiş verilerle çalıştırılamadı: Binder Error: no",
        ),
        ("Catalog Error: Table t does not exist", "Catalog Error: Table t does not exist"),
    ],
)
def test_a_reason_is_said_whole_with_the_one_within_it(english: str, turkish: str) -> None:
    assert say_obstacle(english, "tr") == turkish
    assert say_obstacle(english, "en") == english
