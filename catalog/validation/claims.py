"""What claims say beside each other: the rows they look at, and whether one can ever be heard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from catalog.model import Attribute, Catalog, Claim, Dataset
from catalog.model.sources import Confirmation
from catalog.tables import golden_columns
from catalog.validation.conditions import Conditions

THERE = "value IS NOT NULL"
"""What is asked of validity has a value."""
MIXED = "mixed"
"""Stands for the type of a name that means one thing here and another there."""
_FIRST, _LAST = date.min, date.max
Part = tuple[str | int, ...]
Said = tuple[Part, str]
"""The keys under which something is written, and what is to be said of it."""


@dataclass(frozen=True)
class Scene:
    """What conditions are read by, each kind of row once for all claims on it."""

    catalog: Catalog
    _made: dict[tuple[str | None, ...], Conditions] = field(default_factory=dict)

    def row(self, dataset: Dataset, time: str | None, value: str) -> Conditions:
        """What is asked of a row that was confirmed at `time`, and of a `value` of a type."""
        key = ("row", dataset.path, "timestamp" if time else None, value)
        if key not in self._made:
            columns = {one.key.casefold(): one.type for one in dataset.fields}
            known = MIXED if "value" in columns else value
            self._made[key] = Conditions({"confirmed_at": key[2], **columns, "value": known})
        return self._made[key]

    def golden(self, entity: str) -> Conditions:
        """What is asked of the golden record."""
        key = ("golden", entity)
        if key not in self._made:
            columns = golden_columns(self.catalog, entity)
            self._made[key] = Conditions({name.casefold(): one for name, one in columns.items()})
        return self._made[key]


@dataclass(frozen=True)
class Stated:
    """One claim of an attribute, with what its conditions are read by."""

    scene: Scene
    attribute: Attribute
    claim: Claim
    part: Part
    dataset: Dataset

    @property
    def catalog(self) -> Catalog:
        """What is defined."""
        return self.scene.catalog

    @property
    def population(self) -> tuple[str, ...]:
        """The condition on the rows of the dataset that count."""
        return (self.dataset.population,) if self.dataset.population else ()

    @property
    def subtype(self) -> tuple[str, ...]:
        """The condition on the entities that the attribute applies to."""
        entity = self.catalog.entities.get(self.attribute.entity)
        found = entity.subtypes.get(self.attribute.apply_to or "") if entity else None
        return (found,) if found else ()

    @property
    def row(self) -> Conditions:
        """What is asked of the row, and of `value`."""
        known = self._confirmed
        return self.scene.row(self.dataset, known.field if known else None, self.attribute.type)

    @property
    def golden(self) -> Conditions:
        """What is asked of the golden record."""
        return self.scene.golden(self.attribute.entity)

    @property
    def has_time(self) -> bool:
        """Whether it is known when the value was confirmed; a load confirms nothing."""
        known = self._confirmed
        return known is not None and known.means != "loaded"

    @property
    def _confirmed(self) -> Confirmation | None:
        return self.catalog.fields[self.claim.field].confirmed_at or self.dataset.confirmed_at

    def asked(self, name: str) -> Conditions:
        """What a condition is asked of: `where` of the golden record, every other of the row."""
        return self.golden if name == "where" else self.row


def stated_claims(scene: Scene, attribute: Attribute) -> Iterator[Stated]:
    """The claims on fields that there are; the others are told as unknown names."""
    catalog = scene.catalog
    for part in ("claims", "fallback"):
        for index, claim in enumerate(getattr(attribute, part)):
            dataset = catalog.dataset_of(claim.field)
            if dataset is not None and claim.field in catalog.fields:
                yield Stated(scene, attribute, claim, (part, index), dataset)


def never_speaks(one: Stated) -> Iterator[Said]:
    """What keeps a claim from ever being heard, by itself."""
    claim = one.claim
    named = [(name, getattr(claim, name)) for name in ("when", "row")]
    asked: list[tuple[str, str]] = [(name, text) for name, text in named if text]
    for name, text in asked:
        if one.row.are_never_true([text]):
            yield (*one.part, name), f"`{name}` is never true: {text}"
            return
    texts = [text for _, text in asked]
    if len(texts) > 1 and one.row.are_never_true(texts):
        yield (*one.part, "when"), "`when` and `row` exclude each other"
    elif texts and _excludes(one, texts):
        path, said = one.dataset.path, one.dataset.population
        yield (*one.part, asked[0][0]), f"`{asked[0][0]}` excludes the population of {path}: {said}"
    if claim.where and one.golden.are_never_true([claim.where]):
        yield (*one.part, "where"), f"`where` is never true: {claim.where}"
    elif claim.where and one.golden.are_never_true([claim.where, *one.subtype]):
        subtype = one.attribute.apply_to
        yield (
            (*one.part, "where"),
            f"`where` excludes those it applies to, {subtype}: {one.subtype[0]}",
        )


def _excludes(one: Stated, texts: Sequence[str]) -> bool:
    """Whether conditions leave out a population in which there may be rows."""
    somebody = not one.row.are_never_true(one.population)
    return somebody and one.row.are_never_true([*texts, *one.population])


def is_shadowed(one: Stated, earlier: Stated) -> bool:
    """Whether an earlier claim on the same field is heard whenever this one is, and ranks no worse,
    so that this one never changes anything.
    """
    late, early = one.claim, earlier.claim
    if (late.field, late.row) != (early.field, early.row):
        return False
    if ranks_apart(one.attribute, late, early):
        return False
    if (late.deleted, late.blank) != (early.deleted, early.blank):
        return False
    if early.only_if_empty and not late.only_if_empty:
        return False
    days = [(c.from_ or _FIRST, c.until or _LAST) for c in (late, early)]
    if not days[1][0] <= days[0][0] <= days[0][1] <= days[1][1]:
        return False
    rows = [*_texts(late.when, late.row), *one.population]
    if not all(one.row.is_implied(text, rows) for text in _texts(early.when)):
        return False
    valid = [*rows, *_texts(late.valid_if), THERE]
    if not all(one.row.is_implied(text, valid) for text in _texts(early.valid_if)):
        return False
    golden = [*_texts(late.where), *one.subtype]
    return all(one.golden.is_implied(text, golden) for text in _texts(early.where))


def ranks_apart(attribute: Attribute, late: Claim, early: Claim) -> bool:
    """Whether the later of two claims on one field may be preferred to the earlier."""
    if (late.valid_until, late.valid_while) != (early.valid_until, early.valid_while):
        return True
    if late.protect and not early.protect:
        return True
    trusted = "most_trusted" in attribute.survive
    return trusted and (late.trust, late.downgrade) != (early.trust, early.downgrade)


def always_speaks(claim: Claim) -> bool:
    """Whether nothing keeps a claim from speaking wherever its field holds a value."""
    conditions = (claim.when, claim.where, claim.valid_if, claim.from_, claim.until)
    return not any(conditions) and not claim.only_if_empty


def _texts(*conditions: str | None) -> Sequence[str]:
    return [text for text in conditions if text]
