"""Values that SQL leaves open: told while rows are read, settled by a library, put in afterwards.

Each distinct one is asked about once. Where there is none, the rows are left as they were read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
_ROW: Final = '"row number"'
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
        return quote_name(f"given {self.number}")

    @property
    def made(self) -> str:
        """The column of the text after the step."""
        return quote_name(f"made {self.number}")

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


@dataclass(frozen=True)
class Settling:
    """How what is open in the rows of a dataset is settled.

    `table` has those rows, and its column `raw` keeps the fields of the ones in which something is
    open. `source` selects of such rows, settled or not, all that the expressions `assigned` to
    columns of the table are made of.
    """

    path: str
    table: str
    spots: Sequence[Spot]
    source: Callable[[str, bool], str]
    assigned: Mapping[str, str]

    def steps(self) -> Iterator[Step]:
        """The statements; all but the first have nothing to do where nothing is open."""
        count, read = f"open:{self.path}", f"rows:{self.path}"
        yield Step(count, f"SELECT count(raw) AS n FROM {self.table}", needs=(read,), fetch=True)
        for step in (self._kept(), *self._asked(), self._mended()):
            yield replace(step, unless_zero=(count, "n"))

    @property
    def _few(self) -> str:
        return quote_name(f"kept {self.path}")

    def _kept(self) -> Step:
        """The rows in a table of their own: else the engine looks at the others too."""
        few = f"SELECT rowid AS {_ROW}, unnest(raw[1]) FROM {self.table} WHERE raw IS NOT NULL"
        sql = f"CREATE TABLE {self._few} AS {few}"
        return Step(f"kept:{self.path}", sql, needs=(f"rows:{self.path}",))

    def _asked(self) -> Iterator[Step]:
        rows = self.source(f"FROM {self._few}", False)
        for spot in self.spots:
            name = f"{self.path}:{spot.number}"
            texts = (
                f"SELECT DISTINCT {spot.asked} AS text FROM ({rows}) "
                f"WHERE {spot.open} AND length({spot.asked}) <= {LONGEST}"
            )
            numbered = f"SELECT row_number() OVER (ORDER BY text) - 1 AS n, text FROM ({texts})"
            questions = f"CREATE TABLE {spot.questions} AS {numbered}"
            yield Step(f"open:{name}", questions, needs=(f"kept:{self.path}",))
            answers = f"CREATE TABLE {spot.answers} (n BIGINT, settled VARCHAR)"
            yield Step(f"answers:{name}", answers)
            consult = Consult(SETTLERS[spot.step], spot.answers)
            needs = (f"open:{name}", f"answers:{name}")
            yield Step(f"settled:{name}", spot.questions, needs=needs, consult=consult)

    def _mended(self) -> Step:
        anew = ", ".join(f"{sql} AS {name}" for name, sql in self.assigned.items())
        put_in = ", ".join(f"{name} = anew.{name}" for name in self.assigned)
        rows = f"SELECT {_ROW}, {anew} FROM ({self.source(f'FROM {self._few}', True)})"
        sql = (
            f"UPDATE {self.table} SET {put_in} FROM ({rows}) AS anew "
            f"WHERE {self.table}.rowid = anew.{_ROW}"
        )
        settled = tuple(f"settled:{self.path}:{spot.number}" for spot in self.spots)
        return Step(mended(self.path), sql, needs=(f"kept:{self.path}", *settled))


def mended(path: str) -> str:
    """The step after which nothing in a dataset's rows is open."""
    return f"mended:{path}"
