"""Which one number of a measure somebody means: a value, or the total of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from catalog.results import MeasureValue


@dataclass(frozen=True)
class Total:
    """One number out of a measure's values, or why there is none."""

    value: Decimal | None = None
    reason: str | None = None


def total_of(
    values: Iterable[MeasureValue], where: Mapping[str, object], additive: bool = False
) -> Total:
    """The value whose dimensions are `where`; of an additive measure the sum of all that fit.

    The sum of no values is 0: a group nobody is in has no row.
    """
    everything = list(values)
    fitting = [one for one in everything if fits(one, where)]
    if additive:
        numbers = [exact(one.value) for one in fitting]
        return Total(sum((n for n in numbers if n is not None), Decimal(0)))
    if len(fitting) == 1:
        number = exact(fitting[0].value)
        return Total(number, None if number is not None else "its value is empty")
    meant = ", ".join(f"{name} {value}" for name, value in where.items())
    if not fitting:
        return Total(reason=f"it has no value for {meant}" if where else "it has no value")
    return Total(
        reason=f"it has {len(fitting)} values{' for ' + meant if where else ''}; say which one by "
        "`where`, or that they may be summed by `additive: true` on the measure"
    )


def fits(value: MeasureValue, where: Mapping[str, object]) -> bool:
    """Whether a value is of these dimensions, whatever its others are."""
    own = value.dimensions
    return all(name in own and written(own[name]) == written(w) for name, w in where.items())


def written(value: object) -> str:
    """A dimension's value as YAML and data both write it: true, 1, retail; (none) where empty."""
    if value is None:
        return "(none)"
    return str(value).lower() if isinstance(value, bool) else str(value)


def exact(value: object) -> Decimal | None:
    """A finite number exactly as it is written; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(str(value))
    return number if number.is_finite() else None
