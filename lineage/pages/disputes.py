"""The page of an attribute's conflicts: who disagrees with whom, and case by case why one won."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from catalog.explanations import ExplainedAttribute, Said
from catalog.model import Attribute, Touchpoint
from catalog.portraits import OVERRIDE, AttributePortrait, Pattern
from lineage.pages.context import PageContext
from lineage.pages.correcting import corrections_of
from lineage.pages.golden import contested_of, has_conflicts, source_name
from lineage.pages.saying import Saying
from lineage.pages.survivorship import choosing_of

PRIME = "′"


@dataclass(frozen=True)
class PatternLine:
    """One way of disagreeing; `example` is the number of a case of it, 0 for none."""

    winner: Markup
    loser: Markup
    why: Markup
    count: str
    share: str
    example: int


@dataclass(frozen=True)
class SayLine:
    """What one claim says in a case."""

    who: Markup
    what: str
    when: str
    outcome: str
    winner: bool


@dataclass(frozen=True)
class Case:
    """One case, told in the words of `tekdogru explain`."""

    number: int
    state: str
    sentences: Sequence[str]
    says: Sequence[SayLine]
    reads: Sequence[str]
    owed: Sequence[str]


def disputed_attributes(ctx: PageContext) -> Iterator[Attribute]:
    """The visible attributes on which sources disagree."""
    for definition in ctx.visible.values():
        if isinstance(definition, Attribute):
            told = ctx.truth.of(definition)
            if told and has_conflicts(told):
                yield definition


def dispute_page(attribute: Attribute, ctx: PageContext) -> str:
    """The page of an attribute's conflicts."""
    told, day = ctx.truth.of(attribute), ctx.truth.day(attribute)
    assert told
    assert day
    shown = [one for one in told.patterns if _is_shown(one, ctx)]
    cases = [] if _rests_on_hidden(attribute, ctx) else list(_known(told, attribute, ctx))
    counts = _counts(attribute, told, shown, ctx)
    return ctx.pages.get_template("dispute.html").render(
        d=attribute,
        name=ctx.name(attribute),
        title=ctx.words("dispute.title", name=ctx.name(attribute)),
        contested=contested_of(attribute, told, ctx),
        day=ctx.words.day(day),
        changed=told.version != attribute.rule_version,
        choosing=choosing_of(attribute, ctx),
        patterns=[
            _pattern_line(one, counts[n], cases, attribute, told, ctx)
            for n, one in enumerate(shown)
        ],
        sampled=ctx.words("dispute.sampled", n=ctx.words.number(told.looked_at))
        if told.looked_at
        else None,
        unshown=len(told.patterns) - len(shown),
        cases=[_case(n, one, attribute, ctx) for n, one in enumerate(cases, start=1)],
        masked=any(one.masked for one in cases),
        why_none=None if cases else _why_none(attribute, told, ctx),
        prime=PRIME,
    )


def _counts(
    attribute: Attribute, told: AttributePortrait, shown: Sequence[Pattern], ctx: PageContext
) -> Mapping[int, str]:
    """The counts of patterns; where they add up to the conflicts, as parts of one whole."""
    numbers = dict(enumerate(one.count for one in shown))
    if sum(numbers.values()) == told.contested and not told.looked_at:
        return ctx.privacy.parts(attribute.urn, numbers)
    return {n: ctx.privacy.count(attribute.urn, count) for n, count in numbers.items()}


def field_name(path: str, ctx: PageContext) -> Markup:
    """A field with its source, or the steward who set a value."""
    if path == OVERRIDE:
        return source_name(OVERRIDE, ctx)
    source = source_name(path.partition(".")[0], ctx)
    return Markup("{} › {}").format(source, ctx.link(f"field:{path}"))


def _is_shown(pattern: Pattern, ctx: PageContext) -> bool:
    fields = (one for one in (pattern.winner, pattern.loser) if one and one != OVERRIDE)
    return all(f"field:{one}" in ctx.visible for one in fields)


def _rests_on_hidden(attribute: Attribute, ctx: PageContext) -> bool:
    return any(f"field:{claim.field}" not in ctx.visible for claim in attribute.all_claims)


def _known(
    told: AttributePortrait, attribute: Attribute, ctx: PageContext
) -> Iterator[ExplainedAttribute]:
    """The cases in the language of the page, without what is defined no longer."""
    if ctx.privacy.is_small(attribute.urn, told.contested):
        return
    for one in told.cases:
        if all(f"{said.dataset}.{said.field}" in ctx.catalog.fields for said in one.says):
            yield _spoken(one, attribute, ctx)


def _spoken(case: ExplainedAttribute, attribute: Attribute, ctx: PageContext) -> ExplainedAttribute:
    """A case with the names of today in the language of the page, and who must correct what."""
    language = ctx.language
    reads = tuple(
        read.model_copy(
            update={
                "name": known.named(language),
                "value": _label(read.value, attribute, ctx),
                "accepts": _accepts(known, case, ctx),
            }
        )
        for read in case.reads
        if isinstance(known := ctx.visible.get(f"touchpoint:{read.touchpoint}"), Touchpoint)
    )
    told = case.model_copy(
        update={
            "name": attribute.named(language),
            "value": _label(case.value, attribute, ctx),
            "says": tuple(_labelled(said, attribute, ctx) for said in case.says),
            "reads": reads,
        }
    )
    owed = corrections_of(ctx.catalog, told, language, ctx.today)
    return told.model_copy(update={"corrections": tuple(owed)})


def _accepts(touchpoint: Touchpoint, case: ExplainedAttribute, ctx: PageContext) -> bool | None:
    """Whether the purpose of a touchpoint accepts a value in the state of the golden one."""
    purpose = ctx.catalog.purposes.get(touchpoint.purpose or "")
    return purpose.takes(case.state) if purpose else None


def _labelled(said: Said, attribute: Attribute, ctx: PageContext) -> Said:
    cleansed = _label(said.cleansed, attribute, ctx)
    raw = cleansed if said.raw == said.cleansed else said.raw
    return said.model_copy(update={"raw": raw, "cleansed": cleansed})


def _label(code: str | None, attribute: Attribute, ctx: PageContext) -> str | None:
    """A code with what it is called."""
    if code is None or code not in (attribute.values or {}):
        return code
    label = ctx.code_label(attribute, code).striptags()
    return code if label == code else f"{label} ({code})"


def _pattern_line(
    one: Pattern,
    count: str,
    cases: Sequence[ExplainedAttribute],
    attribute: Attribute,
    told: AttributePortrait,
    ctx: PageContext,
) -> PatternLine:
    numbers = [n for n, case in enumerate(cases, start=1) if _is_of(case, one)]
    exact = count == ctx.privacy.count(attribute.urn, one.count)
    share = ctx.privacy.share(attribute.urn, one.count, told.looked_at or told.contested)
    return PatternLine(
        winner=field_name(one.winner, ctx) if one.winner else ctx.words("dispute.nothing"),
        loser=field_name(one.loser, ctx),
        why=ctx.words(f"lost.{one.reason}"),
        count=count if exact else "–",
        share=share if exact else count,
        example=numbers[0] if numbers else 0,
    )


def _is_of(case: ExplainedAttribute, pattern: Pattern) -> bool:
    won = next((f"{s.dataset}.{s.field}" for s in case.says if s.winner), None)
    winner = OVERRIDE if case.reason == OVERRIDE else won
    lost = {(f"{said.dataset}.{said.field}", said.reason) for said in case.says}
    return winner == pattern.winner and (pattern.loser, pattern.reason) in lost


def _case(number: int, case: ExplainedAttribute, attribute: Attribute, ctx: PageContext) -> Case:
    words = ctx.words
    who = words.plain("explain.example", n=number)
    saying = Saying(ctx.catalog, attribute.entity, who, ctx.language)
    return Case(
        number=number,
        state=words.plain(f"state.{case.state}"),
        sentences=tuple(saying.paragraph(_alone(case))),
        says=tuple(
            SayLine(
                who=field_name(f"{said.dataset}.{said.field}", ctx),
                what=_held(said, words.plain("explain.empty")),
                when=saying.when(said),
                outcome=saying.why(said),
                winner=said.winner,
            )
            for said in case.says
        ),
        reads=tuple(saying.of_readings(case)),
        owed=tuple(saying.of_correction(one) for one in case.corrections),
    )


def _alone(case: ExplainedAttribute) -> ExplainedAttribute:
    """A case without what stands below it in lists of their own."""
    return case.model_copy(update={"reads": (), "corrections": ()})


def _held(said: Said, empty: str) -> str:
    if said.raw is not None and said.cleansed is not None and said.raw != said.cleansed:
        return f"{said.raw} → {said.cleansed}"
    held = said.cleansed if said.cleansed is not None else said.raw
    return held if held and held.strip() else empty


def _why_none(attribute: Attribute, told: AttributePortrait, ctx: PageContext) -> Markup | None:
    """Why no case is shown."""
    if _rests_on_hidden(attribute, ctx):
        return ctx.words("dispute.cases_hidden")
    if not ctx.settings.privacy.examples:
        return None
    alike = ctx.privacy.limit
    if ctx.privacy.personal.get(attribute.urn) and told.contested < 2 * alike:
        things = ctx.sentences.things(attribute.urn)
        return ctx.words("dispute.cases_few", n=alike, things=things)
    command = Markup("<code>tekdogru resolve</code>")
    return ctx.words("dispute.cases_gone", command=command)
