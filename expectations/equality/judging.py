"""Judges whether two numbers of the catalog are one: by proof, else on generated data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from catalog.consolidations import Equality
from catalog.tables import ENTITY_ID
from expectations.consolidation.evidence import Judged, Pair
from expectations.engine.sandbox import Limits
from expectations.equality.generated import Needed
from expectations.equality.running import Pair as Both
from expectations.equality.running import Ran, Seen, Side, run_pairs, smallest
from lineage.canonical.candidates import Proposals
from lineage.canonical.stating import Calculation, NotCalculated, proved

AT_ONCE = 100
"""So many pairs share a child process: starting one costs as much as a dozen of them."""
FEW_ROWS = 20
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Witness:
    """Generated data on which two calculations differ, and what each gives, in ones of its unit.

    `rows` are, by table, its rows with their columns; `period_end` is the last day of the period.
    """

    period_end: date
    rows: Mapping[str, tuple[Mapping[str, object], ...]]
    left: Decimal | None
    right: Decimal | None


@dataclass(frozen=True)
class Judgement:
    """How two calculations compare.

    Without `equality` it is unknown, and `unknown` says why. `tried` is on how many databases both
    gave something to compare; a proof tries none. `by_nulls_alone` says of different ones that they
    differ only where a value or a row is missing.
    """

    equality: Equality | None = None
    tried: int = 0
    witness: Witness | None = None
    by_nulls_alone: bool = False
    unknown: str | None = None


@dataclass
class Judging:
    """Judges pairs of one catalog; calculations of one form are run once.

    `limits` are those of the child process that runs the generated data, `zone` the institution's
    time zone, `seconds` the most time of one statement.
    """

    proposals: Proposals
    limits: Limits
    zone: str
    seconds: float = 60
    told: Told = lambda _done, _all: None

    def __post_init__(self) -> None:
        self._known: dict[tuple[object, object], Judgement] = {}

    def candidates(self) -> Iterable[Judged]:
        """Every pair worth comparing, judged."""
        return self.judge([(one.left, one.right) for one in self.proposals.all()])

    def judge(self, pairs: Sequence[Pair]) -> Iterable[Judged]:
        """These pairs, judged."""
        found = self.judgements(pairs)
        return [
            Judged(
                *pair,
                found[pair].equality,
                alike=self.proposals.are_alike(*pair),
                reason=found[pair].unknown,
            )
            for pair in pairs
        ]

    def judgements(self, pairs: Sequence[Pair]) -> Mapping[Pair, Judgement]:
        """How the two of each pair compare, with how that was found."""
        waiting: dict[tuple[object, object], Pair] = {}
        found: dict[Pair, Judgement] = {}
        for pair in pairs:
            told = self._without_running(pair)
            if told is not None:
                found[pair] = told
            elif (key := self._key(pair)) not in self._known:
                waiting.setdefault(key, pair)
        self._run(waiting)
        return {pair: found.get(pair) or self._known[self._key(pair)] for pair in pairs}

    def _without_running(self, pair: Pair) -> Judgement | None:
        """What form alone tells: a proof, or that there is nothing to run."""
        sides = [self.proposals.statements.of(urn) for urn in pair]
        for side in sides:
            if isinstance(side, NotCalculated):
                return Judgement(unknown=f"{side.urn}: {side.reason}")
        left, right = (side for side in sides if isinstance(side, Calculation))
        if left.currency != right.currency and left.currency and right.currency:
            said = f"one is in {left.currency}, the other in {right.currency}"
            return Judgement(unknown=said)
        proof = proved(left, right)
        return Judgement(proof) if proof else None

    def _calculation(self, urn: str) -> Calculation:
        found = self.proposals.statements.of(urn)
        assert isinstance(found, Calculation)
        return found

    def _key(self, pair: Pair) -> tuple[object, object]:
        left, right = (
            (one.canonical.form, one.canonical.in_ones, one.canonical.quantum, one.period)
            for one in map(self._calculation, pair)
        )
        return left, right

    def _run(self, waiting: Mapping[tuple[object, object], Pair]) -> None:
        keys = list(waiting)
        for start in range(0, len(keys), AT_ONCE):
            self.told(start, len(keys))
            some = keys[start : start + AT_ONCE]
            both = {str(at): self._both(waiting[key]) for at, key in enumerate(some)}
            ran = run_pairs(both, self.limits, self.zone, self.seconds)
            for at, key in enumerate(some):
                self._known[key] = judgement(ran[str(at)], both[str(at)])
        if keys:
            self.told(len(keys), len(keys))

    def witness(self, pair: Pair) -> Witness | None:
        """The least data on which two differ, None where they are not known to."""
        both = self._both(pair)
        seen = smallest(both, self.limits, self.zone, self.seconds)
        return _shown(seen, both.needed) if seen else None

    def _both(self, pair: Pair) -> Both:
        left, right = map(self._calculation, pair)
        needed = _needed(self.proposals, left, right)
        return Both(_side(left), _side(right), needed)


def judgement(ran: Ran, both: Both) -> Judgement:
    """What a run tells: never that two are equal where nothing was compared."""
    if ran.failed:
        return Judgement(unknown=f"it could not be run on generated data: {ran.failed}")
    tried = sum(seen.tells for seen in ran.seen)
    if ran.apart:
        complete = [seen for seen in ran.apart if seen.is_plain]
        shown = _shown(ran.apart[0], both.needed)
        return Judgement("different", tried, shown, by_nulls_alone=not complete)
    if not tried:
        return Judgement(unknown="on all generated data both gave nothing, so nothing was compared")
    return Judgement("equal_on_all_data_seen", tried)


def _side(one: Calculation) -> Side:
    unit: Fraction = one.unit
    return Side(one.tree, one.period, Decimal(unit.numerator) / Decimal(unit.denominator))


def _needed(proposals: Proposals, left: Calculation, right: Calculation) -> Needed:
    """The tables and columns that either reads; an id where no column of a table is read."""
    types, keys = proposals.statements.types, proposals.statements.keys
    used = left.columns | right.columns
    tables = {}
    for table in sorted(left.tables | right.tables):
        names = [column for column in types[table] if f"{table}.{column}" in used]
        if table in keys and ENTITY_ID not in names:
            names.insert(0, ENTITY_ID)
        tables[table] = {name: types[table][name] for name in names or list(types[table])[:1]}
    return Needed(tables, keys)


def _shown(seen: Seen, needed: Needed) -> Witness:
    rows = {
        table: tuple(dict(zip(needed.tables[table], row, strict=True)) for row in given[:FEW_ROWS])
        for table, given in seen.database.rows.items()
    }
    return Witness(seen.database.end, rows, seen.left, seen.right)
