"""Says what was explained in sentences a bank clerk reads, in English or Turkish."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, reduce

from catalog.explanations import Correction, ExplainedAttribute, Reading, Said
from catalog.model import Catalog
from catalog.model.definition import Language
from lineage.pages.words import Words


@dataclass(frozen=True)
class Saying:
    """One entity's explanation in one language."""

    catalog: Catalog
    entity: str
    id: str
    language: Language

    @cached_property
    def words(self) -> Words:
        """The texts of the language."""
        return Words(self.language)

    def paragraph(self, told: ExplainedAttribute) -> Iterator[str]:
        """The sentences on one attribute: the value, where from, which rule, who else, who next."""
        if not told.applies:
            yield self._say("not_applying", attribute=told.name)
            return
        yield from self._value(told)
        yield from self._decision(told)
        yield from (self._say("cleansed", **self._cleansed(s)) for s in told.says if _changed(s))
        yield from (self._other(told, said) for said in told.says if not said.winner)
        yield from (self._trusted(said) for said in told.says if said.trust and said.cleansed)
        yield from self.of_readings(told)
        yield from (self.of_correction(one) for one in told.corrections)

    def of_readings(self, told: ExplainedAttribute) -> Iterator[str]:
        """What touchpoints read, and which of them may not use it."""
        for read in told.reads:
            yield self.of_reading(read, told.state is not None)
            if read.agrees and read.accepts is False:
                yield self._say("reads_stale", touchpoint=read.name)

    def why(self, said: Said) -> str:
        """Why a record's word did not survive, or that it did."""
        if said.winner:
            return self._say("wins")
        code = said.closer or said.reason
        return self.words.plain(f"lost.{code}") if code else self._say("unjudged")

    def when(self, said: Said) -> str:
        """When it was said, and what that time means."""
        if said.at is None or said.means is None:
            return self.words.plain("said.never")
        return self.words.plain(f"said.{said.means}", day=self.words.day(said.at.date()))

    def decided(self, told: ExplainedAttribute) -> str:
        """Why the golden value won."""
        return self.words.plain(f"decided.{told.reason}")

    def source(self, key: str) -> str:
        """A source system's name."""
        source = self.catalog.sources.get(key)
        return source.named(self.language) if source else key

    def entity_name(self) -> str:
        """What the entity is called."""
        return self.catalog.entities[self.entity].named(self.language)

    def _value(self, told: ExplainedAttribute) -> Iterator[str]:
        if told.state is None:
            yield self._say("unknown", attribute=told.name, sources=", ".join(told.unread))
        elif told.value is not None:
            yield self._say("golden", attribute=told.name, value=told.value)
        else:
            unused = told.state == "missing" and any(_holds(said) for said in told.says)
            yield self._say(f"{told.state}{'_unused' if unused else ''}", attribute=told.name)
        yield from self._origin(told)
        if told.value is not None:
            yield self._age(told)
        if told.state == "stale":
            yield from self._uses(told)

    def _origin(self, told: ExplainedAttribute) -> Iterator[str]:
        won = next((said for said in told.says if said.winner), None)
        if won:
            key = "deleted_from" if told.state == "deleted" else "from"
            key += "" if won.record_id else "_unnamed"
            yield self._say(
                key,
                source=self.source(won.source),
                dataset=won.dataset,
                record=won.record_id or "–",
                when=self.when(won),
            )
        override = told.override
        if override and override.in_force:
            reason, author = override.reason, override.author
            yield self._say(
                "override",
                reason=reason or self._say("no_text"),
                author=author or self._say("no_author"),
            )
            yield (
                self._say("override_until", day=self.words.day(override.until))
                if override.until
                else self._say("override_open")
            )
        elif override and override.until:
            value = override.value or self._say("empty")
            yield self._say("override_ended", value=value, day=self.words.day(override.until))

    def _age(self, told: ExplainedAttribute) -> str:
        if told.valid_until is None:
            return self._say(str(told.state))
        return self._say(f"{told.state}_until", day=self.words.day(told.valid_until))

    def _uses(self, told: ExplainedAttribute) -> Iterator[str]:
        """What a stale value may still be used for, and what not."""
        for key, accepts in (("used_for", True), ("not_used_for", False)):
            named = [use.name for use in told.uses if use.accepts is accepts]
            if named:
                yield self._say(key, purposes=", ".join(named))

    def _decision(self, told: ExplainedAttribute) -> Iterator[str]:
        if told.reason is None:
            return
        yield self.decided(told)
        if told.reason != "override":
            named = [self.words.plain(f"strategy.{one}") for one in told.chain]
            chain = reduce(lambda first, next_: self._say("then", first=first, next=next_), named)
            yield self._say("rule", chain=chain)

    def _cleansed(self, said: Said) -> dict[str, object]:
        return {"source": self.source(said.source), "raw": said.raw, "cleansed": said.cleansed}

    def _other(self, told: ExplainedAttribute, said: Said) -> str:
        source = self.source(said.source)
        value = said.cleansed or said.raw
        if value is None or said.closer == "blank":
            return self._say("silent", source=source, why=self.why(said))
        if told.state is None:
            return self._say("heard", source=source, value=value, when=self.when(said))
        when, why = self.when(said), self.why(said)
        return self._say("lost", source=source, value=value, when=when, why=why)

    def _trusted(self, said: Said) -> str:
        """How far a record is trusted, and what that rests on."""
        assert said.trust
        weight, source = said.trust, self.source(said.source)
        here = None if weight.here is None else self.words.number(round(weight.here, 1))
        if not weight.measured:
            return self._say("trusted", source=source, here=here)
        key = "measured" if weight.low is not None else "unmeasured" if here else "unweighed"
        right, wrong = weight.right or 0, weight.wrong or 0
        return self._say(key, source=source, here=here, right=right, wrong=wrong)

    def of_reading(self, read: Reading, is_known: bool = True) -> str:
        """What a touchpoint reads; `is_known` tells whether the golden record can be told."""
        if read.unread:
            return self._say("reads_unknown", touchpoint=read.name, field=read.field)
        if read.value is None:
            return self._say("reads_nothing", touchpoint=read.name, field=read.field)
        if read.agrees:
            return self._say("reads_same", touchpoint=read.name)
        key = (
            "reads_other" if read.agrees is False else "reads_alone" if is_known else "reads_heard"
        )
        return self._say(key, touchpoint=read.name, field=read.field, value=read.value)

    def of_correction(self, one: Correction) -> str:
        """What must be put right where, and by whom."""
        value = one.value or self._say("empty")
        return self._say("correct", field=one.field, value=value, who=self.whom(one))

    def whom(self, one: Correction) -> str:
        """Who must put it right: the holder, the deputy of one who left, and the phone."""
        if one.owner is None:
            return self._say("nobody")
        who = one.name
        if one.left and one.holder:
            key = "left" if one.deputy else "left_alone"
            day = self.words.day(one.left)
            who = self._say(key, name=one.name, deputy=one.deputy, holder=one.holder, day=day)
        elif one.holder and one.holder != one.name:
            who = self._say("holder", name=one.name, holder=one.holder)
        return self._say("phone", who=who, phone=one.phone) if one.phone else who

    def _say(self, key: str, **values: object) -> str:
        about = {"entity": self.entity_name(), "id": self.id} if values else {}
        return self.words.plain(f"explain.{key}", **{**about, **values})


def _changed(said: Said) -> bool:
    return said.raw is not None and said.cleansed is not None and said.raw != said.cleansed


def _holds(said: Said) -> bool:
    return said.cleansed is not None
