"""Makes a difference of a model: the causes and their shares, pairs, examples, the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import combinations

from catalog.consolidations import Cause, Difference, Example, Together
from catalog.model.reports import CurrencyUnit
from catalog.settings import PrivacySettings
from expectations.comparing import rounded
from expectations.difference.changes import Change
from expectations.difference.grounds import Grounds
from expectations.difference.models import PLACES, Model
from expectations.difference.numbers import Number, Unit
from expectations.difference.wording import Wording
from expectations.runner import PERSONAL_TYPES, datasets_with_personal_ids, mask

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Attributing:
    """One pair: its numbers, the model that leads from the left to the right, what is unknown."""

    grounds: Grounds
    privacy: PrivacySettings
    left: Number
    right: Number
    model: Model | None
    unknown: tuple[str, ...]
    show_values: bool = False

    def difference(self) -> Difference:
        """Everything that is known of it."""
        bare = Difference(
            left=self.left.urn,
            right=self.right.urn,
            period=self.left.period.label,
            unit=_unit(self.left.unit),
            left_published=_plain(self.left.published.last),
            right_published=_plain(self.right.published.last),
            left_counted=_plain(self.left.counted),
            right_counted=_plain(self.right.counted),
            unknown=tuple(dict.fromkeys(self.unknown)),
        )
        left, right = self.left.value, self.right.value
        if left is None or right is None:
            return bare
        apart = _settled(right - left)
        bare = bare.model_copy(
            update={"allowed": _settled(self.left.tolerated + self.right.tolerated)}
        )
        if self.model is None or self._value(NOTHING) is None or self._value(self._every) is None:
            return bare.model_copy(update={"apart": apart, "remainder": apart})
        whole = self._share(self._every)
        return bare.model_copy(
            update={
                "apart": apart,
                "causes": tuple(self._causes()),
                "together": tuple(self._together()),
                "remainder": _settled(apart - whole),
                "examples": tuple(self._examples()),
            }
        )

    def _value(self, changed: frozenset[str]) -> Decimal | None:
        return self.model.value(changed) if self.model else None

    def _share(self, changed: frozenset[str]) -> Decimal:
        """What becomes of the left number by some changes; 0 where that cannot be told."""
        before, after = self._value(NOTHING), self._value(changed)
        return Decimal(0) if before is None or after is None else _settled(after - before)

    @cached_property
    def _every(self) -> frozenset[str]:
        return frozenset(change.key for change in self.model.changes) if self.model else NOTHING

    @cached_property
    def _kept(self) -> Sequence[Change]:
        """The changes that change the number: by themselves, or once all others are made."""
        assert self.model
        whole = self._share(self._every)
        return [
            change
            for change in self.model.changes
            if self._share(frozenset([change.key]))
            or self._share(self._every - {change.key}) != whole
        ]

    def _causes(self) -> Iterator[Cause]:
        wordings = [
            Wording(self.grounds.catalog, self.left, self.right, language, self.grounds.subject)
            for language in ("en", "tr")
        ]
        for change in sorted(self._kept, key=lambda one: -abs(self._alone(one))):
            share = self._alone(change)
            says, says_tr = (wording.cause(change, share) for wording in wordings)
            yield Cause(key=change.key, cause=change.cause, share=share, says=says, says_tr=says_tr)

    def _alone(self, change: Change) -> Decimal:
        return self._share(frozenset([change.key]))

    def _together(self) -> Iterator[Together]:
        """Every pair, and all at once."""
        kept = sorted(self._kept, key=lambda one: -abs(self._alone(one)))
        if len(kept) > 2:
            for pair in combinations(kept, 2):
                yield self._several(pair, frozenset(change.key for change in pair))
        if len(kept) > 1:
            yield self._several(kept, self._every)

    def _several(self, changes: Sequence[Change], changed: frozenset[str]) -> Together:
        share = self._share(changed)
        alone = sum((self._alone(change) for change in changes), Decimal(0))
        keys = tuple(change.key for change in changes)
        return Together(causes=keys, share=share, interaction=_settled(share - alone))

    def _examples(self) -> Iterator[Example]:
        """Rows by cause; none where they would point at a few people."""
        assert self.model
        for change in self._kept:
            rows = self.model.rows(change.key)
            if rows is None or rows.count < self.privacy.small_counts:
                continue
            for key, is_left, values in rows.rows:
                shown = {"id": self._id(key, values), **self._row(values)}
                yield Example(cause=change.key, side="left" if is_left else "right", row=shown)

    def _row(self, values: Mapping[str, object]) -> dict[str, str | None]:
        return {
            address: None if value is None else self._masked(address, self._short(address, value))
            for address, value in values.items()
        }

    def _short(self, address: str, value: object) -> str:
        """A value without the zeros that its type puts behind it."""
        text = str(value)
        if self.grounds.type_of(address).startswith("DECIMAL") and "." in text:
            return text.rstrip("0").rstrip(".")
        return text

    def _masked(self, address: str, value: str) -> str:
        is_personal = self.grounds.is_personal(address, PERSONAL_TYPES)
        return mask(value) if is_personal and self._hides else value

    def _id(self, key: str | None, values: Mapping[str, object]) -> str | None:
        tables = {address.rpartition(".")[0] for address in values}
        entities = {self.grounds.entity(table) for table in tables}
        personal = datasets_with_personal_ids(self.grounds.catalog)
        hidden = {self.grounds.entity(path) for path in personal}
        return mask(key) if key is not None and self._hides and entities & hidden else key

    @property
    def _hides(self) -> bool:
        return self.privacy.mask and not self.show_values


def _unit(unit: Unit) -> str | None:
    if isinstance(unit, CurrencyUnit):
        return unit.currency if unit.scale == 1 else f"{unit.scale} {unit.currency}"
    return unit


def _settled(value: Decimal) -> Decimal:
    return rounded(value, PLACES).normalize() + 0


def _plain(value: Decimal | None) -> Decimal | None:
    return None if value is None else _settled(value)
