"""A number as a function of the changes made to it: of rows, or of the cells a formula takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Protocol

from expectations.comparing import rounded
from expectations.difference.changes import Change
from expectations.difference.counting import Rows, Subset
from expectations.difference.numbers import Number, Step

PLACES = 6
ROUNDING = "rounding:calculation"
ALIKE = Decimal("1e-12")


class Model(Protocol):
    """What the left number becomes once some of the changes to the right one are made."""

    @property
    def changes(self) -> Sequence[Change]:
        """All that can be changed."""

    def value(self, changed: Subset) -> Decimal | None:
        """The number with these changes; None where it has none."""

    def rows(self, key: str) -> Rows | None:
        """The rows that one change moves."""


@dataclass(frozen=True)
class Formed:
    """How what a calculation totals becomes a published number: times what, to which digits."""

    scale: Decimal = Decimal(1)
    own_digits: int | None = None
    factor: Decimal = Decimal(1)
    digits: int | None = None

    def of(self, total: Decimal) -> Decimal:
        """The number of a total."""
        return rounded(rounded(total * self.scale, self.own_digits) * self.factor, self.digits)

    @property
    def times(self) -> Decimal:
        """What totals are multiplied by."""
        return self.scale * self.factor


def calculated_otherwise(left: Formed, right: Formed) -> Iterator[Change]:
    """What two calculations do differently with what they total: sign, unit, rounding."""
    ratio = left.times / right.times
    if ratio < 0:
        yield Change("sign:calculation", "sign", said="sign_calculated")
    if abs(abs(ratio) - 1) > ALIKE:
        shown = {"factor": max(abs(ratio), abs(1 / ratio)), "more": abs(ratio) > 1}
        yield Change("unit:calculation", "unit", said="unit_calculated", shown=shown)
    if (left.own_digits, left.digits) != (right.own_digits, right.digits):
        shown = {"left": _finest(left), "right": _finest(right)}
        yield Change(ROUNDING, "rounding", said="rounded_otherwise", shown=shown)


def _in_own_unit(form: Formed, step: Step | None) -> Formed:
    """The same, to the digits that a number published in another unit has in its own."""
    if step is None or form.digits is None:
        return form
    return replace(form, digits=form.digits + step.factor.adjusted())


def _finest(form: Formed) -> int | None:
    """To how many decimals a number is rounded, however often."""
    known = [one for one in (form.own_digits, form.digits) if one is not None]
    return min(known, default=None)


@dataclass(frozen=True)
class Rowed:
    """The number of a pair whose rows were matched, or that of the left side alone without them.

    `totals` by the changes made; without any the counted number of the left stands, and nothing
    but arithmetic changes it. `left_step` and `right_step` make the published numbers of the
    counted ones. `rest` is what of the left published number nothing gives.
    """

    left: Number
    right: Number
    row_changes: Sequence[Change] = ()
    totals: Mapping[Subset, Decimal | None] = field(default_factory=dict)
    moved: Mapping[str, Rows] = field(default_factory=dict)
    left_form: Formed = Formed()
    right_form: Formed = Formed()
    left_step: Step | None = None
    right_step: Step | None = None

    @cached_property
    def changes(self) -> Sequence[Change]:
        """Those of rows, and those of arithmetic."""
        found = list(self.row_changes)
        if self.totals:
            found += self._calculated_otherwise()
        for side, step in (("left", self.left_step), ("right", self.right_step)):
            if step:
                key = f"{step.cause}:{side}"
                shown = {**step.shown, "side": side}
                found.append(Change(key, step.cause, said=step.said, shown=shown))
        return found

    def _calculated_otherwise(self) -> Iterator[Change]:
        """Whoever publishes in another unit writes other digits: that is no cause of its own."""
        for change in calculated_otherwise(*self._forms):
            if change.key != ROUNDING or not self._published_in_units:
                yield change

    @cached_property
    def _published_in_units(self) -> Subset:
        """The keys of the changes that take back that a number was published in another unit."""
        steps = (("left", self.left_step), ("right", self.right_step))
        return frozenset(f"unit:{side}" for side, step in steps if step and step.cause == "unit")

    @cached_property
    def _forms(self) -> tuple[Formed, Formed]:
        """How both come of totals, before what was done to them when they were published."""
        left = _in_own_unit(self.left_form, self.left_step)
        return left, _in_own_unit(self.right_form, self.right_step)

    def rows(self, key: str) -> Rows | None:
        """The rows that one change moves."""
        return self.moved.get(key)

    def value(self, changed: Subset) -> Decimal | None:
        """The number with these changes."""
        bare = self._bare(changed)
        first = self._bare(frozenset())
        if bare is None or first is None:
            return None
        said = self.left.value
        rest = Decimal(0) if said is None else said - first
        return _settled(bare + rest)

    def _bare(self, changed: Subset) -> Decimal | None:
        found = self._unrounded(changed)
        if found is None:
            return None
        value, digits = found
        if self.left_step and f"{self.left_step.cause}:left" not in changed:
            value, digits = self.left_step.of(value, digits), None
        if self.right_step and f"{self.right_step.cause}:right" in changed:
            value, digits = self.right_step.of(value, digits), None
        return rounded(value, digits)

    def _unrounded(self, changed: Subset) -> tuple[Decimal, int | None] | None:
        """The number as it is calculated, and to which digits it is then rounded."""
        if not self.totals:
            counted = self.left.counted
            digits = _in_own_unit(Formed(digits=self.left.digits), self.left_step).digits
            return None if counted is None else (counted, digits)
        total = self.totals.get(changed & self._of_rows)
        if total is None:
            return None
        left, right = self._forms
        times = left.times
        if "unit:calculation" in changed:
            times = abs(right.times) if times > 0 else -abs(right.times)
        if "sign:calculation" in changed:
            times = -times
        form = right if changed & {ROUNDING, *self._published_in_units} else left
        scaled = total * times
        if form.own_digits is not None:
            own = form.factor
            scaled = rounded(scaled / own, form.own_digits) * own
        return scaled, form.digits

    @cached_property
    def _of_rows(self) -> Subset:
        return frozenset(change.key for change in self.row_changes)


@dataclass(frozen=True)
class Direct:
    """Two published numbers of which nothing can be counted, and what makes one of the other."""

    left: Number
    right: Number
    step: Step

    @property
    def changes(self) -> Sequence[Change]:
        """The one change."""
        step = self.step
        return [Change(step.key, step.cause, said=step.said, shown={**step.shown, "side": step.on})]

    def value(self, changed: Subset) -> Decimal | None:
        """The left number, or the right one."""
        return self.right.value if changed else self.left.value

    def rows(self, key: str) -> Rows | None:
        """None: it knows no rows."""
        return None


@dataclass(frozen=True)
class Exchanged:
    """Two numbers of which nothing tells why they differ; one can be put in the other's place."""

    left: Number
    right: Number

    @property
    def changes(self) -> Sequence[Change]:
        """That it is the other number, where it is another."""
        values = {"left_value": self.left.value, "right_value": self.right.value}
        alike = self.left.value == self.right.value
        return [] if alike else [Change("input", "input", said="input", shown=values)]

    def value(self, changed: Subset) -> Decimal | None:
        """The left number, or the right one."""
        return self.right.value if changed else self.left.value

    def rows(self, key: str) -> Rows | None:
        """None: it knows no rows."""
        return None


@dataclass(frozen=True)
class Input:
    """One cell that a formula takes, and what leads from it to the one on the other side."""

    urn: str
    model: Model


@dataclass(frozen=True)
class Formula:
    """A number that a formula makes of others: what changes them, changes it."""

    left: Number
    right: Number
    inputs: Sequence[Input]
    evaluate: Callable[[Sequence[Decimal]], Decimal | None]

    @cached_property
    def changes(self) -> Sequence[Change]:
        """All that changes one of its inputs, and its own rounding."""
        found = [one.changed_in(given.urn) for given in self.inputs for one in given.model.changes]
        forms = [Formed(digits=side.digits) for side in (self.left, self.right)]
        return [*found, *calculated_otherwise(forms[0], forms[1])]

    def value(self, changed: Subset) -> Decimal | None:
        """The formula over its inputs with these changes."""
        bare, first = self._bare(changed), self._bare(frozenset())
        if bare is None or first is None:
            return None
        said = self.left.value
        return _settled(bare + (Decimal(0) if said is None else said - first))

    def _bare(self, changed: Subset) -> Decimal | None:
        numbers = []
        for given in self.inputs:
            start = f"{given.urn}/"
            own = frozenset(key.removeprefix(start) for key in changed if key.startswith(start))
            numbers.append(given.model.value(own))
        found = [one for one in numbers if one is not None]
        value = self.evaluate(found) if len(found) == len(numbers) else None
        if value is None:
            return None
        side = self.right if ROUNDING in changed else self.left
        return rounded(value, side.digits)

    def rows(self, key: str) -> Rows | None:
        """The rows that one change of an input moves."""
        for given in self.inputs:
            if key.startswith(f"{given.urn}/"):
                return given.model.rows(key.removeprefix(f"{given.urn}/"))
        return None


def _settled(value: Decimal) -> Decimal:
    """A number without the noise of binary fractions."""
    return rounded(value, PLACES).normalize() + 0
