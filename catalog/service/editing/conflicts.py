"""Sets side by side what two people made of one definition, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from catalog.model import Definition
from catalog.service.editing.differences import word_difference
from catalog.service.editing.fields import Field, even, shown
from catalog.service.editing.words import Words


@dataclass(frozen=True)
class Side:
    """One field as it stands in the file now and as it was written here."""

    key: str
    theirs: Markup
    yours: Markup
    both: bool


@dataclass(frozen=True)
class Conflict:
    """What differs, and the values that keep both people's changes, yours where both wrote."""

    sides: Sequence[Side]
    merged: Mapping[str, str]

    @property
    def clashes(self) -> bool:
        """Whether both changed one field."""
        return any(side.both for side in self.sides)


def compare(
    now: Definition,
    fields: Sequence[Field],
    written: Mapping[str, str],
    was: Mapping[str, str],
    words: Words,
) -> Conflict:
    """What you wrote against the present definition; `was` is what you began with."""
    sides, merged = [], {}
    for field in fields:
        key, present = field.key, shown(now, field, words)
        began = was.get(key, present)
        yours = even(written.get(key, began))
        theirs_changed, yours_changed = even(present) != even(began), yours != even(began)
        merged[key] = yours if yours_changed else present
        if (theirs_changed or yours_changed) and yours != even(present):
            left, right = word_difference(present, yours if yours_changed else present)
            sides.append(Side(key, left, right, theirs_changed and yours_changed))
    return Conflict(sides, merged)
