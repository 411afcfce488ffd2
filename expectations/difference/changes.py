"""What two calculations differ in: a change turns one ingredient of the left into the right's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from sqlglot import exp

from catalog.consolidations import CauseKind
from expectations.difference.ingredients import Ingredients, NotTaken, Part, addresses_of
from expectations.difference.pairing import LEFT, RIGHT, Pair
from expectations.engine.functions import quote, quote_name, render

CUT_OFF = "cut_off"
TOTAL = "total"
Parameters = Mapping[str, object]
_ALONE: tuple[CauseKind, ...] = ("duplicates", "population", "source")
"""Why one side alone may have a row."""
_DIFFER: tuple[CauseKind, ...] = ("source", "stale", "invalid")
"""Why two sides may tell a fact differently; of rows outside the population that is why."""


@dataclass(frozen=True)
class Change:
    """One thing in which the right calculation differs from the left.

    `about` are the facts it is about; `left` and `right` are what each says of them, as SQL over
    plain names, to be shown. `said` names the sentence for it, `shown` what stands in that; `of` is
    the input of a formula in which it is changed.
    """

    key: str
    cause: CauseKind
    about: tuple[str, ...] = ()
    left: str | None = None
    right: str | None = None
    said: str = ""
    shown: Mapping[str, object] = field(default_factory=dict, hash=False)
    of: str | None = None

    def changed_in(self, urn: str) -> Change:
        """The same, made in an input of a formula; the innermost input is told."""
        return replace(self, key=f"{urn}/{self.key}", of=self.of or urn)


@dataclass(frozen=True)
class Changing:
    """All changes that lead from the left calculation of a pair to the right one, as SQL.

    A row that only one side has counts by that side's own rule until the change that is named by
    `why` it has it alone; a row that both have counts by the left's rule, on the left's values,
    but for what has been changed.
    """

    pair: Pair
    left: Parameters
    right: Parameters

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Everything in which the calculations may differ; what changes no number is no cause."""
        return (*self._presence(), *self._values(), *self._conditions(), *self._total())

    @property
    def relation(self) -> str:
        """The pair's table with a column per condition that `number` and `counts` have asked."""
        asked = [f"coalesce({sql}, false) AS {name}" for sql, name in self._asked.items()]
        return f"(SELECT {', '.join(['*', *asked])} FROM {self.pair.table})"

    @cached_property
    def _asked(self) -> dict[str, str]:
        """The conditions that were asked of rows so far, and the columns that tell them."""
        return {}

    @cached_property
    def _rendered(self) -> dict[tuple[int, str, tuple[str, ...]], str]:
        """Pieces that were rendered before: by tree, side, and where values stand."""
        return {}

    def number(self, changed: frozenset[str]) -> str:
        """What is totalled of the relation once some changes are made."""
        return self._totalled(changed, f" FILTER (WHERE {self.counts(changed)})")

    def counts(self, changed: frozenset[str]) -> str:
        """Whether a row counts once some changes are made."""
        both = self._conditions_on("both", changed)
        if self.pair.mode == "same":
            return both
        undone = ", ".join(map(quote, ["", *sorted(changed & set(_ALONE))]))
        left, right = (self._conditions_on(side, changed) for side in (LEFT, RIGHT))
        return (
            f"CASE side WHEN 'both' THEN {both} WHEN 'left' THEN why NOT IN ({undone}) AND {left} "
            f"ELSE why IN ({undone}) AND {right} END"
        )

    def _presence(self) -> Iterator[Change]:
        if self.pair.mode != "same":
            left, right = (", ".join(one.tables) for one in (self.pair.left, self.pair.right))
            for kind in _ALONE:
                yield Change(kind, kind, left=left, right=right)
        elif self._is_counted_otherwise:
            table = self.pair.left.table
            yield Change("duplicates", "duplicates", left=table, right=table)

    @property
    def _is_counted_otherwise(self) -> bool:
        """Whether one side counts equal values once, and the other each."""
        left, right = self.pair.left, self.pair.right
        counted = all(side.total.find(exp.Count) for side in (left, right))
        return counted and left.is_distinct != right.is_distinct

    def _values(self) -> Iterator[Change]:
        """Of each fact that both sides tell: taken from the right, for each reason to differ."""
        for subject in self.pair.told:
            for kind in self._kinds(subject):
                yield Change(f"{kind}:{subject}", kind, (subject,), *self._tellers(subject))

    def _kinds(self, subject: str) -> list[CauseKind]:
        """Why both sides may tell a fact differently."""
        found = self.pair.doubts(subject)
        return [kind for kind in _DIFFER if kind == "source" or kind in found]

    def _tellers(self, subject: str) -> tuple[str | None, str | None]:
        """The columns in which both sides tell a fact."""
        grounds = self.pair.grounds
        return grounds.held(self.pair.left, subject), grounds.held(self.pair.right, subject)

    def _conditions(self) -> Iterator[Change]:
        for key in self._groups:
            said = [self._said(side, key) for side in (LEFT, RIGHT)]
            if said[0] != said[1]:
                kind: CauseKind = "cut_off" if key == CUT_OFF else "filter"
                about = tuple(dict.fromkeys(self._about(key)))
                left, right = (" AND ".join(one) or None for one in said)
                yield Change(key, kind, about, left, right)

    def _about(self, key: str) -> Iterator[str]:
        for side in (LEFT, RIGHT):
            for part in self._parts(side, key):
                yield from map(self.pair.grounds.subject, part.addresses)

    def _total(self) -> Iterator[Change]:
        said = [self._shown(s.total, p) for s, p in self._sides.values()]
        if said[0] != said[1] and not self._is_counted_otherwise:
            about = addresses_of(self.pair.left.total) + addresses_of(self.pair.right.total)
            yield Change(f"source:{TOTAL}", "source", about, said[0], said[1])

    @property
    def _sides(self) -> Mapping[str, tuple[Ingredients, Parameters]]:
        return {LEFT: (self.pair.left, self.left), RIGHT: (self.pair.right, self.right)}

    @cached_property
    def _groups(self) -> tuple[str, ...]:
        """The keys of all groups of conditions, each about the same facts."""
        sides = (self.pair.left, self.pair.right)
        return tuple(dict.fromkeys(self._group(part) for side in sides for part in side.parts))

    def _group(self, part: Part) -> str:
        if self._cuts_off(part):
            return CUT_OFF
        mine = self._subjects(part)
        whole = next(one for one in self._connected if mine <= one)
        return f"filter:{'+'.join(sorted(whole))}"

    def _cuts_off(self, part: Part) -> bool:
        """Whether it says what belongs to the period; that a time is not too long before it does
        so only as one end of a span.
        """
        if not part.reaches_back:
            return part.is_dated
        return bool(self._subjects(part) & self._ended)

    @cached_property
    def _ended(self) -> frozenset[str]:
        """The facts that have an end by the period's days."""
        every = (part for side, _ in self._sides.values() for part in side.parts)
        dated = [part for part in every if part.is_dated and not part.reaches_back]
        return frozenset(subject for part in dated for subject in self._subjects(part))

    def _subjects(self, part: Part) -> frozenset[str]:
        return frozenset(self.pair.grounds.subject(one) for one in part.addresses)

    @cached_property
    def _connected(self) -> list[frozenset[str]]:
        """The facts that filters look at, together where one condition looks at both: half of it
        cannot be exchanged.
        """
        found: list[frozenset[str]] = []
        every = (part for side, _ in self._sides.values() for part in side.parts)
        for part in (one for one in every if not self._cuts_off(one)):
            mine = self._subjects(part)
            touching = [one for one in found if one & mine or one == mine]
            found = [one for one in found if one not in touching]
            found.append(mine.union(*touching))
        return found

    def _parts(self, side: str, key: str) -> list[Part]:
        return [part for part in self._sides[side][0].parts if self._group(part) == key]

    def _said(self, side: str, key: str) -> list[str]:
        parameters = self._sides[side][1]
        return sorted({self._shown(part.tree, parameters) for part in self._parts(side, key)})

    def _shown(self, tree: exp.Expr, parameters: Parameters) -> str:
        """A piece of a calculation over the facts it is about, its parameters put in."""
        names = {one: quote_name(self.pair.grounds.subject(one)) for one in addresses_of(tree)}
        return render(tree, parameters, columns=names, zone=self.pair.dialect.zone)

    def _conditions_on(self, which: str, changed: frozenset[str]) -> str:
        """What is asked of a row that both have, or one side alone, once some changes are made."""
        asked = []
        for key in self._groups:
            taken = (RIGHT if key in changed else LEFT) if which == "both" else which
            value = partial(self._value, which, taken, changed)
            asked += [self._sql(part.tree, taken, value) for part in self._parts(taken, key)]
        named = [self._asked.setdefault(one, f"b{len(self._asked)}") for one in asked]
        return " AND ".join(named) or "true"

    def _value(self, which: str, taken: str, changed: frozenset[str], address: str) -> str:
        """Where the value of a column stands that a side's condition looks at."""
        if which != "both":
            return self.pair.column(which, address) or "NULL"
        left, right = (self.pair.column(side, address) for side in (LEFT, RIGHT))
        subject = self.pair.grounds.subject(address)
        if left is None or right is None or subject not in self.pair.told:
            return (left if taken == LEFT else right) or left or right or "NULL"
        known = self._kinds(subject)
        kinds = [k for k in known if f"{k}:{subject}" in changed]
        kinds += ["population"] if "population" in changed else []
        if not kinds:
            return left
        if len(kinds) == len(known) + 1:
            return right
        listed = ", ".join(map(quote, kinds))
        return f"CASE WHEN {self.pair.reason(subject)} IN ({listed}) THEN {right} ELSE {left} END"

    def _totalled(self, changed: frozenset[str], only: str) -> str:
        turning = "duplicates" if self._is_counted_otherwise else f"source:{TOTAL}"
        taken = RIGHT if turning in changed else LEFT
        total = self._sides[taken][0].total
        value = partial(self._added, taken, changed)
        columns: dict[str, str] = {}

        def taken_out(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Filter):
                raise NotTaken("it counts other rows in one part of it than in another")
            if not isinstance(node, exp.AggFunc):
                return node
            name = f"total {len(columns)}"
            columns[name] = self._aggregate(node, taken, value) + only
            return exp.column(exp.to_identifier(name, quoted=True))

        outer = total.copy().transform(taken_out)
        return render(outer, self._sides[taken][1], columns=columns, zone=self.pair.dialect.zone)

    def _aggregate(self, node: exp.Expr, taken: str, value: Callable[[str], str]) -> str:
        columns = {address: value(address) for address in addresses_of(node)}
        parameters, zone = self._sides[taken][1], self.pair.dialect.zone
        return render(node, parameters, columns=columns, zone=zone)

    def _added(self, taken: str, changed: frozenset[str], address: str) -> str:
        """The value of a row that is added up or counted."""
        both = self._value("both", taken, changed, address)
        if self.pair.mode == "same":
            return both
        left, right = (self._value(side, taken, changed, address) for side in (LEFT, RIGHT))
        return f"CASE side WHEN 'both' THEN {both} WHEN 'left' THEN {left} ELSE {right} END"

    def _sql(self, tree: exp.Expr, taken: str, value: Callable[[str], str]) -> str:
        columns = {address: value(address) for address in addresses_of(tree)}
        place = (id(tree), taken, tuple(columns.values()))
        if place not in self._rendered:
            parameters, zone = self._sides[taken][1], self.pair.dialect.zone
            self._rendered[place] = render(tree, parameters, columns=columns, zone=zone)
        return self._rendered[place]
