"""What claims say beside each other: the rows they look at, and whether one can ever be heard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from catalog.model import Attribute, Catalog, Claim, Dataset
from catalog.tables import golden_columns
from catalog.validation.conditions import Conditions

THERE = "value IS NOT NULL"
MIXED = "mixed"
"""Stands for the type of a name that means one thing here and another there."""
_FIRST, _LAST = date.min, date.max
Part = tuple[str | int, ...]
Said = tuple[Part, str]
"""The keys under which something is written, and what is to be said of it."""


@dataclass(frozen=True)
class Stated:
    """One claim of an attribute, with what its conditions are read by."""

    catalog: Catalog
    attribute: Attribute
    claim: Claim
    part: Part
    dataset: Dataset

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

    @cached_property
    def row(self) -> Conditions:
        """What is asked of the row, and of `value`."""
        field = self.catalog.fields[self.claim.field]
        known = field.confirmed_at or self.dataset.confirmed_at
        columns = {one.key.casefold(): one.type for one in self.dataset.fields}
        time = "timestamp" if known else None
        value = MIXED if "value" in columns else self.attribute.type
        return Conditions({"confirmed_at": time, **columns, "value": value})

    @cached_property
    def golden(self) -> Conditions:
        """What is asked of the golden record."""
        columns = golden_columns(self.catalog, self.attribute.entity)
        return Conditions({name.casefold(): type_ for name, type_ in columns.items()})

    @property
    def has_time(self) -> bool:
        """Whether it is known when the value was confirmed; a load confirms nothing."""
        field = self.catalog.fields[self.claim.field]
        known = field.confirmed_at or self.dataset.confirmed_at
        return known is not None and known.means != "loaded"


def stated_claims(catalog: Catalog, attribute: Attribute) -> Iterator[Stated]:
    """The claims on fields that there are; the others are told as unknown names."""
    for part in ("claims", "fallback"):
        for index, claim in enumerate(getattr(attribute, part)):
            dataset = catalog.dataset_of(claim.field)
            if dataset is not None and claim.field in catalog.fields:
                yield Stated(catalog, attribute, claim, (part, index), dataset)


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
    elif claim.valid_if and one.row.are_never_true([claim.valid_if, THERE, *texts]):
        yield (*one.part, "valid_if"), f"`valid_if` is never true: {claim.valid_if}"
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
    rows = [*_texts(late.when, late.row, late.valid_if), THERE, *one.population]
    asked = _texts(early.when, early.valid_if)
    if not all(one.row.is_implied(text, rows) for text in asked):
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
