"""Values that SQL leaves open: told while rows are read, settled by a library, put in afterwards.

Each distinct one is asked about once. Where there is none, the rows are left as they were read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from catalog.model.cleansing import SETTLED_STEPS
from expectations.engine.consulting import Consult
from expectations.engine.expressions import after_steps
from expectations.engine.functions import expand, quote_name
from expectations.engine.libraries import SETTLERS
from expectations.engine.sandbox import Step
from expectations.plan import Column

LONGEST: Final = 320
"""Characters; a longer text is none of what is settled here."""
_FOREIGN: Final = "strlen({a}) <> length({a})"
_OPEN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "phone": "{b} <> '' AND (starts_with({a}, '+90') AND length({a}) IN (11, 13)) IS NOT TRUE",
        "email": (
            f"contains({{a}}, '@') AND ({_FOREIGN} OR contains({{a}}, 'xn--') "
            "OR contains({a}, '\"'))"
        ),
        "national_id": _FOREIGN,
        "tax_id": _FOREIGN,
        "iban": _FOREIGN,
    }
)
"""By step, whether SQL leaves a value open: `b` is the text before the step, `a` after it."""
_ASKED_AFTER: Final = frozenset({"email"})
"""Steps whose library is asked about what SQL made of the text, not about the text."""


@dataclass(frozen=True)
class Spot:
    """The one step of a column that a library may have to settle, and the steps around it."""

    number: int
    path: str
    before: tuple[str, ...]
    step: str
    after: tuple[str, ...]
    folds: bool

    @property
    def given(self) -> str:
        """The column of the text before the step."""
        return f"b{self.number}"

    @property
    def made(self) -> str:
        """The column of the text after the step."""
        return f"a{self.number}"

    @property
    def open(self) -> str:
        """True where SQL leaves the text open, rarely NULL."""
        return _OPEN[self.step].format(b=self.given, a=self.made)

    @property
    def asked(self) -> str:
        """The text that the library is asked about."""
        return self.made if self.step in _ASKED_AFTER else self.given

    @property
    def questions(self) -> str:
        """The table of texts to ask about (`n`, `text`)."""
        return quote_name(f"open {self.number} {self.path}")

    @property
    def answers(self) -> str:
        """The table of what was answered (`n`, `settled`)."""
        return quote_name(f"settled {self.number} {self.path}")

    def text(self) -> str:
        """The text after all steps of its list."""
        return f"nullif({after_steps(self.made, self.after)}, '')"

    def before_sql(self, text: str) -> str:
        """The text as it stands before the step."""
        return after_steps(text, self.before)


def spot_of(number: int, column: Column) -> Spot | None:
    """Where a column's values may have to be settled; what was so once needs it no more."""
    for folds, steps in ((False, column.cleanse), (True, column.compare)):
        for place, step in enumerate(steps):
            if step in SETTLED_STEPS:
                around = steps[:place], step, steps[place + 1 :]
                return Spot(number, column.dataset, *around, folds)
    return None


def staged(source: str, texts: Mapping[Spot, str], *, settled: bool) -> str:
    """`source` with the texts before and after the steps of spots.

    Once `settled`, what libraries answered stands in place of what SQL made of a text.
    """
    if not texts:
        return source
    given = ", ".join(f"{spot.before_sql(text)} AS {spot.given}" for spot, text in texts.items())
    made = ", ".join(f"{_sql_made(spot)} AS {spot.made}" for spot in texts)
    both = f"SELECT *, {made} FROM (SELECT *, {given} FROM ({source}))"
    for spot in texts if settled else ():
        answered = f"SELECT text, settled FROM {spot.questions} JOIN {spot.answers} USING (n)"
        both = (
            f"SELECT o.* REPLACE (coalesce(l.settled, o.{spot.made}) AS {spot.made}) "
            f"FROM ({both}) AS o LEFT JOIN ({answered}) AS l ON l.text = o.{spot.asked}"
        )
    return both


def _sql_made(spot: Spot) -> str:
    return expand(f"td_{spot.step}", spot.given)


def kept_fields(spots: Sequence[Spot], fields: Sequence[str]) -> str:
    """The fields of a row in which something is open, else NULL: one list, so that it is small."""
    is_open = " OR ".join(f"({spot.open})" for spot in spots)
    packed = ", ".join(f"{quote_name(key)} := {quote_name(key)}" for key in fields)
    return f"CASE WHEN {is_open} THEN [struct_pack({packed})] END"


def settling_steps(
    path: str,
    table: str,
    spots: Sequence[Spot],
    source: Callable[[bool], str],
    assigned: Mapping[str, str],
) -> Iterator[Step]:
    """The steps that settle what is open in `table`, whose column `raw` keeps the fields of it.

    `source` selects, settled or not, everything the expressions `assigned` to columns are made of,
    and `ro`, the row's number.
    """
    rows, count = f"rows:{path}", f"open:{path}"
    yield Step(count, f"SELECT count(raw) AS n FROM {table}", needs=(rows,), fetch=True)
    zero = (count, "n")
    answered = []
    for spot in spots:
        asked, answers = f"open:{path}:{spot.number}", f"answers:{path}:{spot.number}"
        distinct = (
            f"SELECT DISTINCT {spot.asked} AS text FROM ({source(False)}) "
            f"WHERE {spot.open} AND length({spot.asked}) <= {LONGEST}"
        )
        numbered = f"SELECT row_number() OVER (ORDER BY text) - 1 AS n, text FROM ({distinct})"
        yield Step(
            asked,
            f"CREATE TABLE {spot.questions} AS {numbered}",
            needs=(rows,),
            unless_zero=zero,
        )
        made = f"CREATE TABLE {spot.answers} (n BIGINT, settled VARCHAR)"
        yield Step(answers, made, unless_zero=zero)
        settled = f"settled:{path}:{spot.number}"
        consult = Consult(SETTLERS[spot.step], spot.answers)
        needs = (asked, answers)
        yield Step(settled, spot.questions, needs=needs, unless_zero=zero, consult=consult)
        answered.append(settled)
    made_anew = ", ".join(f"{sql} AS {name}" for name, sql in assigned.items())
    put_in = ", ".join(f"{name} = s.{name}" for name in assigned)
    yield Step(
        mended(path),
        f"UPDATE {table} SET {put_in} FROM (SELECT ro, {made_anew} FROM ({source(True)})) AS s "
        f"WHERE {table}.rowid = s.ro",
        needs=(rows, *answered),
        unless_zero=zero,
    )


def mended(path: str) -> str:
    """The step after which nothing in a dataset's rows is open."""
    return f"mended:{path}"
