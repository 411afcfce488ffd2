"""Warns where survivorship states what can change nothing, or what contradicts itself.

Only what can be proved is told: a condition that cannot be taken apart is taken to be true for some
rows and false for others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from catalog.model import Attribute, Catalog, Claim, SameAs
from catalog.validation.claims import (
    THERE,
    Said,
    Scene,
    Stated,
    always_speaks,
    is_shadowed,
    never_speaks,
    stated_claims,
)
from catalog.validation.conditions import Conditions
from catalog.validation.problems import Problem, problem_of
from catalog.validation.rules import Context

FEWEST_VOTES = 3


def unheard(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD054 for claims that never change a golden value, TD055 for conditions that say nothing,
    TD056 for options that nothing asks for, TD051 for what lacks a time to decide by.
    """
    scene = Scene(catalog)
    for attribute in catalog.attributes.values():
        claims = list(stated_claims(scene, attribute))
        found = {
            "TD054": claims_unheard(claims, context.today),
            "TD055": _idle(claims),
            "TD056": _unasked(catalog, attribute, context.today),
            "TD051": [*_timeless(claims), *_silent_days(attribute, context.today)],
        }
        for code, listed in found.items():
            for part, said in listed:
                yield problem_of(catalog, code, attribute.urn, said, *part, level="warning")


def subtypes(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD055 for a subtype or a population that nobody is in."""
    from catalog.tables import golden_columns

    for entity in catalog.entities.values():
        columns = golden_columns(catalog, entity.key) if entity.subtypes else {}
        golden = Conditions({name.casefold(): type_ for name, type_ in columns.items()})
        for name, text in entity.subtypes.items():
            if golden.are_never_true([text]):
                said = f"nobody is of the subtype {name}, for its condition is never true: {text}"
                part = ("subtypes", name)
                yield problem_of(catalog, "TD055", entity.urn, said, *part, level="warning")
    for dataset in catalog.datasets.values():
        row = Conditions({field.key.casefold(): field.type for field in dataset.fields})
        if dataset.population and row.are_never_true([dataset.population]):
            said = f"no row counts, for its population is never true: {dataset.population}"
            yield problem_of(catalog, "TD055", dataset.urn, said, "population", level="warning")


def claims_unheard(claims: Sequence[Stated], today: date) -> Iterator[Said]:
    """Which claims of an attribute are never heard or add nothing, and why."""
    for place, one in enumerate(claims):
        reasons = list(never_speaks(one)) or list(_never_again(one, today))
        reasons = reasons or list(_behind(one, [c for c in claims[:place] if _beside(c, one)]))
        for part, said in reasons:
            yield part, f"claim {one.claim.field}: {said}"


def _beside(one: Stated, other: Stated) -> bool:
    """Whether two claims are of one list: the fallback does not speak beside the claims."""
    return one.part[0] == other.part[0]


def _never_again(one: Stated, today: date) -> Iterator[Said]:
    until = one.claim.until
    if until and until < today:
        said = (
            f"it was in force until {until} and never will be again; take it out, or move `until`"
        )
        yield (*one.part, "until"), said


def _behind(one: Stated, earlier: Sequence[Stated]) -> Iterator[Said]:
    told = [c for c in earlier if always_speaks(c.claim) and c.claim.field == one.claim.field]
    if told or any(c.claim == one.claim for c in earlier):
        return  # an error that another rule tells
    for before in earlier:
        number = int(before.part[1]) + 1
        if is_shadowed(one, before):
            yield (
                one.part,
                f"it never changes anything, for claim {number} takes the same field whenever this "
                "one may; take it out, or put it before that one",
            )
            return
        in_order = one.attribute.survive == ("priority",) and not one.claim.only_if_empty
        if in_order and _is_copy(one, before) and always_speaks(before.claim):
            yield (
                one.part,
                f"it holds a copy of {before.claim.field}, which claim {number} takes before it "
                "without condition; it is heard only where that is empty, with what was there "
                "before: take it out, or say with `only_if_empty` that this is wanted",
            )
            return


def _is_copy(one: Stated, before: Stated) -> bool:
    """Whether a claim's field is filled from the field of an earlier one."""
    paths, field = [], one.claim.field
    while (found := one.catalog.fields.get(field)) and found.copy_of and field not in paths:
        paths.append(field)
        field = found.copy_of
        if field == before.claim.field:
            return True
    return False


def _idle(claims: Sequence[Stated]) -> Iterator[Said]:
    """Conditions that say the same of every row."""
    for one in claims:
        claim, path = one.claim, f"claim {one.claim.field}: "
        for name in ("when", "where", "valid_if"):
            text = getattr(claim, name)
            if text and one.asked(name).is_always_true(text):
                yield (*one.part, name), f"{path}`{name}` is always true; leave it out: {text}"
        if claim.valid_if and one.row.are_never_true([claim.valid_if, THERE]):
            said = f"`valid_if` is never true, so all that it holds is invalid: {claim.valid_if}"
            yield (*one.part, "valid_if"), path + said
        if claim.valid_while and one.row.are_never_true([claim.valid_while]):
            said = (
                f"`valid_while` is never true, so its values are never current: {claim.valid_while}"
            )
            yield (*one.part, "valid_while"), path + said
        if claim.deleted and one.row.are_never_true([claim.deleted]):
            said = f"`deleted` is never true; leave it out: {claim.deleted}"
            yield (*one.part, "deleted"), path + said
        for number, lowered in enumerate(claim.downgrade):
            part = (*one.part, "downgrade", number, "if")
            if one.row.are_never_true([lowered.if_]):
                yield part, f"{path}`downgrade` never lowers its trust: {lowered.if_}"
            elif one.row.is_always_true(lowered.if_):
                said = f"`downgrade` lowers every row; state a lower `trust`: {lowered.if_}"
                yield part, path + said
    shared = claims[0].attribute.valid_while if claims else None
    own = [one for one in claims if not one.claim.valid_while]
    if shared and own and all(one.row.are_never_true([shared]) for one in own):
        yield ("valid_while",), f"`valid_while` is never true, so no value is current: {shared}"


def _unasked(catalog: Catalog, attribute: Attribute, today: date) -> Iterator[Said]:
    """Options that the strategy, or what stands beside them, leaves without a question."""
    alone = next((one for one in ("manual", "all") if one in attribute.survive), None)
    ignored = {"manual": ("protect", "only_if_empty"), "all": ("protect",)}.get(alone or "", ())
    for list_ in ("claims", "fallback"):
        claims: tuple[Claim, ...] = getattr(attribute, list_)
        for index, claim in enumerate(claims):
            for name in ignored:
                if getattr(claim, name):
                    said = (
                        f"claim {claim.field}: `{name}` is not asked for by the strategy `{alone}`"
                    )
                    yield (list_, index, name), f"{said}; leave it out"
        if claims and alone != "manual" and all(claim.only_if_empty for claim in claims):
            said = "`only_if_empty` stands on every one, so none gives way to another; leave it out"
            yield (list_, 0, "only_if_empty"), f"{list_}: {said}"
    yield from _undecided(catalog, attribute)
    if alone == "manual" and attribute.fallback:
        yield ("fallback",), "`fallback` is not asked for by the strategy `manual`; leave it out"
    elif attribute.fallback and _alternate(attribute.claims, today):
        said = "`fallback` is never asked again, for from today on a claim is always in force"
        yield ("fallback",), f"{said}; take it out, or end the claims"


def _undecided(catalog: Catalog, attribute: Attribute) -> Iterator[Said]:
    """Strategies that can never prefer one claim to another."""
    if "majority" in attribute.survive and 1 < len(attribute.all_claims) < FEWEST_VOTES:
        origins = [catalog.origin_of(claim.field) for claim in attribute.all_claims]
        if len({path.rpartition(".")[0] for path in origins}) == len(origins):
            said = "`majority` has nothing to count: two sources that disagree have one vote each"
            yield ("survive",), f"{said}; leave it out, or claim a third source"
    mine = {claim.field.rpartition(".")[0] for claim in attribute.all_claims}
    for one in attribute.survive:
        other = catalog.attributes.get(one.same_as) if isinstance(one, SameAs) else None
        if other and not mine & {claim.field.rpartition(".")[0] for claim in other.all_claims}:
            said = f"`same_as: {other.key}` never decides, for that claims none of these datasets"
            yield ("survive",), f"{said}; claim one that it claims, or leave it out"


def _timeless(claims: Sequence[Stated]) -> Iterator[Said]:
    """What is decided by the time of confirmation, where a claim has none."""
    if not any(one.has_time for one in claims):
        return  # a strategy that needs it is told as an error
    attribute = claims[0].attribute
    for one in claims:
        if one.has_time:
            continue
        path = (
            f"claim {one.claim.field}: no `confirmed_at` says when (of a load it does not count), "
        )
        named = next(
            (name for name in ("most_recent", "oldest") if name in attribute.survive), None
        )
        if named:
            yield one.part, f"{path}so under `{named}` it comes last, whatever its age"
        elif attribute.valid_for:
            yield one.part, f"{path}so under `valid_for` its values are never current"
        elif one.claim.trust and one.claim.trust.curve != "none":
            yield one.part, f"{path}so its `trust` is always the `min`"


def _silent_days(attribute: Attribute, today: date) -> Iterator[Said]:
    """Days from today on, on which no claim is in force, nor a fallback."""
    silent = _first_silent(attribute.all_claims, today)
    if silent:
        later = f"from {silent} on" if silent > today else "now"
        said = f"no claim is in force {later}, so nothing can survive"
        yield ("claims", 0), f"{said}; move an `until`, or state a `fallback`"


def _alternate(claims: Sequence[Claim], today: date) -> bool:
    """Whether claims, none of which is always in force, leave no day from today on."""
    bounded = all(claim.from_ or claim.until for claim in claims)
    return bounded and _first_silent(claims, today) is None


def _first_silent(claims: Sequence[Claim], today: date) -> date | None:
    """The first day from today on that no claim is in force; None where there is always one."""
    day = today
    while True:
        ends = [claim.until for claim in claims if claim.is_in_force(day)]
        if None in ends:
            return None
        last = max((end for end in ends if end), default=None)
        if last is None:
            return day
        if last == date.max:
            return None
        day = last + timedelta(days=1)
