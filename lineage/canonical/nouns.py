"""A calculation in its canonical form."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

Form = tuple[Any, ...]
"""A tree of plain tuples: the first item names the node. Equal trees are equal calculations."""


@dataclass(frozen=True)
class Canonical:
    """A calculation that gives one number, however it was written.

    Its number is `scale` times what `form` gives, rounded to `rounding` decimals where that is not
    None. `unit` is what one of the number is in ones of its unit (1000 for thousands of lira), so
    that `scale * unit` compares with that of another. `aggregates` are the forms of its aggregates,
    each once; `loose` is the form for data in which nothing is missing.
    """

    form: Form
    loose: Form = field(compare=False, repr=False, default=())
    scale: Fraction = Fraction(1)
    rounding: int | None = None
    unit: Fraction = Fraction(1)
    aggregates: tuple[Form, ...] = field(compare=False, repr=False, default=())

    @property
    def in_ones(self) -> Fraction:
        """What the number is multiplied by once it is expressed in ones of its unit."""
        return self.scale * self.unit

    @property
    def quantum(self) -> Fraction | None:
        """What it is rounded to, in ones of its unit; None where it is not rounded."""
        return None if self.rounding is None else self.unit / Fraction(10) ** self.rounding
