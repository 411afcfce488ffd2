"""Says where what is stated of sources does not go with what was found out about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.corrections import Trust
from catalog.measured_trust import measure_trust
from catalog.model import Attribute, Catalog, Claim
from catalog.settings import TrustSettings
from catalog.store.corrections import CorrectionStore


@dataclass(frozen=True)
class Contradiction:
    """Two claims whose stated order measured trust contradicts: the later source is better."""

    attribute: str
    index: int
    earlier: Trust
    later: Trust


@dataclass(frozen=True)
class Doubt:
    """Something to be told of a definition: its code, its place and the sentence."""

    code: str
    urn: str
    part: tuple[str | int, ...]
    said: str


def doubts(
    catalog: Catalog, history: str | None, today: date, settings: TrustSettings
) -> Iterator[Doubt]:
    """What is to be told of the order of claims and of measured trust; without a history nothing
    is known of any source. TekdogruError when the history cannot be read.
    """
    votes = CorrectionStore(history, reading=True).votes(today) if history else []
    yield from doubts_of(catalog, measure_trust(votes, today, settings), settings)


def doubts_of(catalog: Catalog, trust: Sequence[Trust], settings: TrustSettings) -> Iterator[Doubt]:
    """What is to be told where so much is known of sources."""
    yield from map(_of_order, contradictions(catalog, trust))
    yield from unmeasured(catalog, trust, settings)


def _of_order(found: Contradiction) -> Doubt:
    said = (
        f"evidence contradicts the order: {found.earlier.source} is believed before "
        f"{found.later.source}, but {_counted(found.earlier)}, and {_counted(found.later)}; "
        "change the order, or look into the evidence (`tekdogru trust`)"
    )
    return Doubt("TD058", f"attribute:{found.attribute}", ("claims", found.index), said)


def _counted(one: Trust) -> str:
    low, high = 100 * (one.low or 0), 100 * (one.high or 0)
    facts = f"{one.right} of {one.right + one.wrong} times"
    return f"{one.source} was right {facts} (95 %: {low:.0f} % to {high:.0f} %)"


def unmeasured(
    catalog: Catalog, trust: Iterable[Trust], settings: TrustSettings
) -> Iterator[Doubt]:
    """The claims with `trust: measured` whose source is not known well enough, and what holds of
    them meanwhile.
    """
    known = {(one.source, one.attribute): one for one in trust}
    for attribute in catalog.attributes.values():
        for list_ in ("claims", "fallback"):
            for index, claim in enumerate(getattr(attribute, list_)):
                source = catalog.origin_of(claim.field).partition(".")[0]
                one = known.get((source, attribute.key))
                if claim.trust and claim.trust.measured and (one is None or one.weight is None):
                    said = _without_evidence(claim, source, one, settings)
                    yield Doubt("TD059", attribute.urn, (list_, index, "trust"), said)


def _without_evidence(claim: Claim, source: str, one: Trust | None, settings: TrustSettings) -> str:
    right, wrong = (one.right, one.wrong) if one else (0, 0)
    stated = claim.trust.max if claim.trust else None
    meanwhile = (
        "it comes behind every claim whose trust is known; state a `max` that holds until then"
        if stated is None
        else f"its `max` of {stated:g} holds"
    )
    return (
        f"claim {claim.field}: not enough evidence on {source} to measure its trust "
        f"({right} right, {wrong} wrong; {settings.minimum} facts are needed, old ones count "
        f"less); meanwhile {meanwhile}"
    )


def contradictions(catalog: Catalog, trust: Iterable[Trust]) -> Iterator[Contradiction]:
    """Where a source that is believed first was right less often than one behind it, beyond doubt:
    the intervals do not touch. Conditional claims, claims for a time, and strategies that follow
    neither the order of claims nor a trust that is stated once for all say nothing about it.
    """
    known = {(one.attribute, one.source): one for one in trust}
    for attribute in catalog.attributes.values():
        believed = list(_believed(catalog, attribute))
        for earlier, later in _pairs(believed):
            one = known.get((attribute.key, earlier.source))
            other = known.get((attribute.key, later.source))
            if one and other and _is_worse(one, other):
                yield Contradiction(attribute.key, later.index, one, other)


@dataclass(frozen=True)
class _Believed:
    """A source by its claim, and how far it is believed: more is believed first."""

    index: int
    source: str
    rank: float


def _pairs(believed: list[_Believed]) -> Iterator[tuple[_Believed, _Believed]]:
    for earlier in believed:
        yield from ((earlier, later) for later in believed if later.rank < earlier.rank)


def _believed(catalog: Catalog, attribute: Attribute) -> Iterator[_Believed]:
    """The sources by their first claims that always speak; copies claim nothing."""
    seen: set[str] = set()
    for index, claim in enumerate(attribute.claims):
        source = claim.field.partition(".")[0]
        is_copy = catalog.origin_of(claim.field) != claim.field
        rank = _rank(attribute, claim, index)
        conditions = (claim.when, claim.where, claim.only_if_empty, claim.from_, claim.until)
        if not (any(conditions) or is_copy or source in seen or rank is None):
            seen.add(source)
            yield _Believed(index, source, rank)


def _rank(attribute: Attribute, claim: Claim, index: int) -> float | None:
    """How far a claim is believed by what is stated; None where that is not one and the same."""
    if attribute.survive[0] == "priority":
        return -index
    trust = claim.trust
    if attribute.survive[0] != "most_trusted" or trust is None or trust.measured:
        return None
    is_fixed = trust.curve == "none" and not claim.downgrade
    return trust.max if is_fixed else None


def _is_worse(one: Trust, other: Trust) -> bool:
    return one.high is not None and other.low is not None and one.high < other.low
