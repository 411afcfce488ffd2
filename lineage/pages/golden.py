"""The golden record of an attribute: its states, who wins, what decides, trust and corrections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from catalog.corrections import Trust
from catalog.model import Attribute
from catalog.portraits import OVERRIDE, AttributePortrait
from catalog.truth import STATES
from lineage.pages.addresses import conflicts_address
from lineage.pages.context import UP, PageContext
from lineage.pages.truth import Owed

FILLS: Mapping[str, str] = {
    "current": "use",
    "stale": "care",
    "missing": "none",
    "deleted": "gone",
    "invalid": "dont",
}
NARROWEST = 0.4


@dataclass(frozen=True)
class State:
    """One state of the values: how many, and its piece of a bar from 0 to 100."""

    key: str
    fill: str
    count: str
    share: str
    x: float
    width: float


@dataclass(frozen=True)
class SourceLine:
    """How one source fares: the values taken from it, the conflicts it lost, its trust."""

    name: Markup
    taken: str
    lost: str
    trust: Markup


@dataclass(frozen=True)
class OwedLine:
    """Corrections that have not arrived somewhere, and who answers for that."""

    where: Markup
    what: Markup
    count: str
    late: str
    days: Markup
    owner: Markup


@dataclass(frozen=True)
class Golden:
    """What the page of an attribute says of its golden values.

    `day` is empty where nothing was resolved; `changed` says that the rule is another one since.
    """

    day: str = ""
    changed: bool = False
    entities: str = ""
    states: Sequence[State] = ()
    ahead: Sequence[tuple[int, str]] = ()
    contested: Markup | None = None
    conflicts: str | None = None
    sources: Sequence[SourceLine] = ()
    reasons: Sequence[tuple[Markup, str]] = ()
    owed: Sequence[OwedLine] = ()
    corrections: Sequence[Markup] = ()


@dataclass(frozen=True)
class Held:
    """What a source, dataset or touchpoint has not taken over, and how far it can be trusted."""

    owed: Sequence[OwedLine] = ()
    trust: Sequence[tuple[Markup, Markup]] = ()


def held_by(urn: str, ctx: PageContext) -> Held:
    """What is open at a system or touchpoint, and measured of a system."""
    kind, _, key = urn.partition(":")
    owed = (one for one in ctx.truth.owed_by(urn) if f"attribute:{one.attribute}" in ctx.visible)
    trust = (
        one
        for one in ctx.truth.trust
        if kind == "source" and one.source == key and f"attribute:{one.attribute}" in ctx.visible
    )
    return Held(
        [owed_line(one, ctx) for one in owed],
        [(ctx.link(f"attribute:{one.attribute}"), say_trust(one, ctx)) for one in trust],
    )


def golden_of(attribute: Attribute, ctx: PageContext, *, ahead: bool = True) -> Golden:
    """What was resolved of an attribute, and what is known of its sources and corrections.

    `ahead` asks how long its current values last, where no check tells that.
    """
    told = ctx.truth.of(attribute)
    day = ctx.truth.day(attribute)
    owed = [owed_line(one, ctx) for one in ctx.truth.owed_of(attribute.key)]
    corrections = list(_corrections(attribute, ctx))
    if told is None or day is None:
        sources = list(_sources(attribute, None, ctx)) if ctx.truth.trust else ()
        return Golden(sources=sources, owed=owed, corrections=corrections)
    privacy, urn = ctx.privacy, attribute.urn
    decided = sorted(told.reasons.items(), key=lambda one: -one[1])
    counts = privacy.parts(urn, told.reasons)
    return Golden(
        day=ctx.words.day(day),
        changed=told.version != attribute.rule_version,
        entities=ctx.words.number(told.entities),
        states=states_of(told, urn, ctx),
        ahead=_ahead(attribute, told, ctx) if ahead else (),
        contested=contested_of(attribute, told, ctx),
        conflicts=f"{UP}{conflicts_address(attribute.key)}" if has_conflicts(told) else None,
        sources=list(_sources(attribute, told, ctx)),
        reasons=[(ctx.words(f"decided.{reason}"), counts[reason]) for reason, _ in decided],
        owed=owed,
        corrections=corrections,
    )


def has_conflicts(told: AttributePortrait) -> bool:
    """Whether there is a page of its conflicts."""
    return told.contested > 0


def states_of(told: AttributePortrait, urn: str, ctx: PageContext) -> list[State]:
    """The states that occur, each with its piece of a bar that does not tell small counts."""
    privacy = ctx.privacy
    present = {state: told.states[state] for state in STATES if told.states.get(state)}
    counts = privacy.parts(urn, present)
    drawn = {
        state: max(n, privacy.limit) if privacy.is_small(urn, n) else n
        for state, n in present.items()
    }
    whole, x, found = sum(drawn.values()), 0.0, []
    for state, n in drawn.items():
        width = 100 * n / whole
        share = privacy.share(urn, present[state], told.entities)
        shown = share if counts[state] == privacy.count(urn, present[state]) else ""
        piece = max(width - NARROWEST / 2, NARROWEST)
        found.append(State(state, FILLS[state], counts[state], shown, x, piece))
        x += width
    return found


def current_share(told: AttributePortrait, urn: str, ctx: PageContext) -> str:
    """The share of entities that have a current value."""
    rest = told.entities - told.states.get("current", 0)
    return ctx.privacy.rest(urn, rest, told.entities)


def contested_of(attribute: Attribute, told: AttributePortrait, ctx: PageContext) -> Markup:
    """On how many entities independent sources disagree, in a sentence."""
    privacy, urn = ctx.privacy, attribute.urn
    key = "golden.contested" if told.contested else "golden.uncontested"
    return ctx.words(
        key,
        n=privacy.count(urn, told.contested),
        m=ctx.words.number(told.entities),
        things=ctx.sentences.things(urn),
        share=privacy.share(urn, told.contested, told.entities),
    )


def owed_line(one: Owed, ctx: PageContext) -> OwedLine:
    """Corrections that have not arrived at a system or touchpoint, as they are listed."""
    urn = f"attribute:{one.attribute}"
    return OwedLine(
        where=ctx.link(one.urn),
        what=ctx.link(urn),
        count=ctx.privacy.count(urn, one.corrections),
        late=ctx.privacy.count(urn, one.late) if one.late else "–",
        days=ctx.words.counted("golden.days", one.days),
        owner=ctx.owner_link(one.urn),
    )


def say_trust(trust: Trust | None, ctx: PageContext) -> Markup:
    """How far a source was found to be right, with what that rests on; a dash for nothing."""
    if trust is None:
        return Markup("–")
    urn, words = f"attribute:{trust.attribute}", ctx.words
    facts = words(
        "golden.facts",
        right=ctx.privacy.count(urn, trust.right),
        wrong=ctx.privacy.count(urn, trust.wrong),
    )
    quiet = Markup('<br><span class="td-quiet td-small">{}</span>').format(facts)
    if trust.share is None or trust.low is None or trust.high is None:
        return words("golden.too_little") + quiet
    share, low, high = (_whole(part, ctx) for part in (trust.share, trust.low, trust.high))
    return words("golden.right", share=share, low=low, high=high) + quiet


def source_name(key: str, ctx: PageContext) -> Markup:
    """A source system with a link, or the steward who set a value."""
    return ctx.words("golden.steward") if key == OVERRIDE else ctx.link(f"source:{key}")


def _whole(share: float, ctx: PageContext) -> str:
    """A share in whole per cent, as exact as an interval needs."""
    text = f"{round(share * 100)}"
    return f"%{text}" if ctx.words.language == "tr" else f"{text}%"


def _ahead(
    attribute: Attribute, told: AttributePortrait, ctx: PageContext
) -> list[tuple[int, str]]:
    """Of the values current now the share that still will be in so many days."""
    current = told.states.get("current", 0)
    if not attribute.can_be_stale or not current:
        return []
    return [
        (days, ctx.privacy.rest(attribute.urn, current - n, current))
        for days, n in sorted(told.lasting.items())
    ]


def _sources(
    attribute: Attribute, told: AttributePortrait | None, ctx: PageContext
) -> Iterator[SourceLine]:
    """The sources in the order of their claims, then stewards."""
    taken = told.sources if told else {}
    claimed = (claim.field.partition(".")[0] for claim in attribute.all_claims)
    shown = [key for key in dict.fromkeys(claimed) if not ctx.is_hidden(f"source:{key}")]
    counts = ctx.privacy.parts(attribute.urn, taken)
    for key in [*shown, *([OVERRIDE] if OVERRIDE in taken else [])]:
        trust = ctx.truth.trust_of.get((attribute.key, key))
        lost = _lost(told, key) if told else 0
        yield SourceLine(
            source_name(key, ctx),
            counts.get(key, ctx.words.number(0)) if told else "–",
            ctx.privacy.count(attribute.urn, lost) if told and not told.looked_at else "–",
            say_trust(trust, ctx),
        )


def _lost(told: AttributePortrait, source: str) -> int:
    """How often a source held another value than the one that survived.

    An entity in which two of its fields lost counts twice.
    """
    return sum(one.count for one in told.patterns if one.loser.partition(".")[0] == source)


def _corrections(attribute: Attribute, ctx: PageContext) -> Iterator[Markup]:
    """How many corrections are open, late, or wait for a decision."""
    truth, words, urn = ctx.truth, ctx.words, attribute.urn
    if n := truth.open.get(attribute.key, 0):
        late = truth.late.get(attribute.key, 0)
        key = "golden.open_late" if late else "golden.open"
        count, few = ctx.privacy.count(urn, n), ctx.privacy.count(urn, late)
        yield words(key, n=count, late=few)
    if n := truth.suspected.get(attribute.key, 0):
        yield words("golden.suspected", n=ctx.privacy.count(urn, n))
    if day := truth.observed.get(attribute.key):
        if not truth.open.get(attribute.key):
            yield words("golden.none_open")
        yield words("golden.observed", day=words.day(day))
    elif attribute.corrections:
        yield words("golden.unobserved")
