"""What a pair of values is found to be, level by level, told by the SQL that the model is given."""

from __future__ import annotations

import duckdb
import pytest

from catalog.model import Comparison
from expectations.identity.comparing import Compared
from expectations.identity.preparing import _form
from expectations.identity.tokens import folded, numbers, spaced, streets, words

CASES = [
    ("exact", "17", "17", "the same"),
    ("exact", "17", "18", "different"),
    ("email", "ayse.kaya@a.example", "ayse.kaya@b.example", "the same before the @"),
    ("email", "ayse@a.example", "ayse@b.example", "different"),
    ("jaro_winkler", "Kocabıyık", "Kocabiyik", "the same"),
    ("jaro_winkler", "Kocabıyık", "Kocabıyk", "alike (Jaro-Winkler at least 0.92)"),
    ("jaro_winkler", "Kaya", "Demir", "different"),
    ("name", "MEHMET", "Mehmed", "forms of one name"),
    ("name", "Mehmet Ali", "mehmed ali", "forms of one name"),
    ("name", "ŞÜKRÜ", "sukru", "the same"),
    ("name", "Emo", "Emine", "forms of one name"),
    ("name", "Hasan", "Elif", "different"),
    ("words", "El Hogar del Niño", "El Hogar del Nino - Loomis", "one holds all words of the other"),
    ("words", "Gül Gıda Pazarlama", "Yıldız Gül Gıda", "two rare words in common"),
    ("words", "Gül Gıda", "Kaya İnşaat", "different"),
    ("address", "Gül Sokak No: 12 Kadıköy", "GÜL SK. 12, KADIKÖY", "the same address"),
    ("address", "1400 W. Augusta Blvd.", "1400 West Augusta", "the same address"),
    ("address", "1653 W 43rd St", "1653 W. 43 Street", "the same address"),
    ("address", "1653 W 43rd St", "1633 W 43rd St", "street alike, another number"),
    ("address", "Gül Sok. No: 12 Kadıköy", "Gül Sok. No: 12 Üsküdar", "the same number, street alike"),
    ("address", "Gül Sok. No: 12", "Lale Sok. No: 12", "the same number, another street"),
    ("address", "Gül Sok. No: 12", "Lale Cad. No: 7", "different"),
    ("date", "1981-04-17", "1981-04-17", "the same"),
    ("date", "1981-04-17", "1981-04-11", "one digit off"),
    ("date", "1981-04-07", "1981-07-04", "day and month swapped"),
    ("date", "1981-04-17", "1981-05-02", "within 31d"),
    ("date", "1981-04-17", "1999-12-01", "different"),
]  # fmt: skip


def found(one: Compared, left: str, right: str) -> str:
    """The words of the first level whose condition is true of two values."""
    how = one.comparison.as_
    if how == "date":
        select = "SELECT *, CAST(text AS DATE) AS c0 FROM given"
    else:
        fold = spaced if how in ("address", "words", "name") else folded
        inner = f"SELECT *, {fold('text')} AS c0 FROM given"
        select = (
            f"SELECT *, {numbers('c0')} AS c0_numbers, {_form('c0', one.comparison)} AS c0_form, "
            f"{streets('c0') if how == 'address' else words('c0')} AS c0_words, "
            f"{words('c0')} AS c0_rare FROM ({inner})"
        )
    names = ["c0"] if how == "date" else ["c0", "c0_numbers", "c0_form", "c0_words", "c0_rare"]
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE given AS SELECT * FROM (VALUES ('l', $l), ('r', $r)) t(side, text)",
        {"l": left, "r": right},
    )
    for side in ("l", "r"):
        columns = ", ".join(f"{name} AS {name}_{side}" for name in names)
        connection.execute(
            f"CREATE TABLE {side} AS SELECT {columns} FROM ({select}) WHERE side = '{side}'"
        )
    whens = " ".join(
        f"WHEN {level.condition} THEN '{n}'" for n, level in enumerate(one.levels()[:-1])
    )
    place = connection.execute(f"SELECT CASE {whens} ELSE '-1' END FROM l, r").fetchall()[0][0]
    connection.close()
    return one.levels()[int(place)].said


@pytest.mark.parametrize(("how", "left", "right", "said"), CASES)
def test_every_level_is_found_where_it_is_meant(how: str, left: str, right: str, said: str) -> None:
    more = {"date": {"within": ["31d"]}, "name": {"nicknames": [["Emine", "Emo"]]}}.get(how, {})
    comparison = Comparison.model_validate({"attribute": "c.a", "as": how, **more})
    compared = Compared(comparison, "c0")
    assert found(compared, left, right) == said
    assert found(compared, right, left) == said
