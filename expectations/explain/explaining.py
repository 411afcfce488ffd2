"""Explains one entity, attribute by attribute, out of what the engine found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar, cast

from catalog.errors import UsageError
from catalog.explanations import (
    Correction,
    ExplainDocument,
    ExplainedAttribute,
    Override,
    Reading,
    Use,
)
from catalog.model import Attribute, Touchpoint
from catalog.model.definition import Language
from catalog.truth import State
from catalog.validation.problems import nearest
from expectations.compiler.touching import reading_key
from expectations.explain.hearing import Hearing, day_of, moment_of
from expectations.explain.inquiry import Found, Inquiry, inquire
from expectations.explain.resting import datasets_for
from expectations.golden.work import Job, named_entity
from expectations.runner import PERSONAL_TYPES, Progress, datasets_with_personal_ids, mask, silent
from lineage.pages.correcting import corrections_of
from lineage.pages.saying import Saying

Valued = TypeVar("Valued", Override, Reading, Correction)


@dataclass(frozen=True)
class Question:
    """What somebody wants explained, of whom, in which language, and whether values are shown."""

    entity: str
    id: str
    attribute: str | None = None
    language: Language = "en"
    show_values: bool = False


def explain_entity(job: Job, question: Question, progress: Progress = silent) -> ExplainDocument:
    """All that is known of an entity's attribute, or of all of them, the disputed first.

    UsageError where there is no such entity, id or attribute; TekdogruError where no source can
    be read.
    """
    attributes = _attributes(job, question)
    asked, merged = question.id, job.known.living.get(question.entity, {})
    question = replace(question, id=merged.get(asked, asked))
    inquiry = Inquiry(job, question.entity, question.id, attributes)
    found = inquire(inquiry, progress)
    telling = _Telling(inquiry, found, question)
    explained = [telling.explained(attribute) for attribute in inquiry.attributes]
    if question.attribute is None:
        explained = [one for one in explained if one.applies]
        explained.sort(key=lambda one: -(one.disagree or 0))
    return ExplainDocument(
        entity=question.entity,
        entity_id=question.id,
        former_id=None if asked == question.id else asked,
        as_of=job.as_of,
        language=question.language,
        known_by=found.known_by,
        unknown_to=found.unknown_to,
        unread=found.unread,
        attributes=tuple(explained),
    )


def _attributes(job: Job, question: Question) -> tuple[Attribute, ...]:
    """The attributes that are asked for; UsageError with the nearest names where there is none."""
    known = job.catalog.attributes_of(named_entity(question.entity, job.entities))
    if question.attribute is None:
        return tuple(known)
    column = question.attribute.removeprefix(f"{question.entity}.")
    wanted = tuple(one for one in known if one.column == column)
    if not wanted:
        hint = nearest(column, [one.column for one in known])
        raise UsageError(f"{question.entity} has no attribute '{column}'; {hint}")
    return wanted


@dataclass(frozen=True)
class _Telling:
    inquiry: Inquiry
    found: Found
    question: Question

    def explained(self, attribute: Attribute) -> ExplainedAttribute:
        """One attribute, its values masked where they are personal and not asked for."""
        told = self._plainly(attribute)
        if self._hides(attribute):
            told = _masked(told)
        told = self._without_ids(told)
        question = self.question
        saying = Saying(self.inquiry.job.catalog, question.entity, question.id, question.language)
        return told.model_copy(update={"paragraph": tuple(saying.paragraph(told))})

    def _plainly(self, attribute: Attribute) -> ExplainedAttribute:
        contest, found = self.found.contests[attribute.key], self.found
        m, values = contest.m, found.values
        needed = datasets_for(self.inquiry.scene, attribute)
        unread = tuple(path for path in needed if path in found.unread)
        known = {} if unread else values
        hearing = Hearing(self.inquiry, found, contest, is_known=not unread)
        says = tuple(hearing.says())
        state = cast("State | None", known.get(f"s{m}"))
        reads = tuple(self._reads(attribute, hearing, state))
        won = next((one for one in says if one.winner), None)
        told = ExplainedAttribute(
            attribute=attribute.key,
            name=attribute.named(self.question.language),
            masked=False,
            applies=bool(unread) or values[f"applies{m}"] == "true",
            value=known.get(f"value{m}"),
            state=state,
            source=known.get(f"source{m}"),
            dataset=won.dataset if won else None,
            record_id=known.get(f"r{m}"),
            reason=known.get(f"c{m}"),
            rule=known.get(f"rule{m}"),
            chain=tuple(one.kind for one in contest.golden.survival.chain),
            confirmed_at=moment_of(known.get(f"t{m}")),
            means=won.means if won else None,
            valid_until=day_of(known.get(f"u{m}")),
            spoke=_number(known.get(f"n{m}")),
            disagree=_number(known.get(f"d{m}")),
            unread=unread,
            uses=tuple(self._uses(attribute, state)),
            says=says,
            override=self._override(attribute),
            reads=reads,
            corrections=(),
        )
        job, language = self.inquiry.job, self.question.language
        owed = corrections_of(job.catalog, told, language, job.workspace.clock.today())
        return told.model_copy(update={"corrections": tuple(owed)})

    def _uses(self, attribute: Attribute, state: State | None) -> Iterator[Use]:
        for key in attribute.purposes:
            accepts = self._accepts(key, state)
            if accepts is not None:
                name = self.inquiry.job.catalog.purposes[key].named(self.question.language)
                yield Use(purpose=key, name=name, accepts=accepts)

    def _accepts(self, purpose: str | None, state: State | None) -> bool | None:
        """Whether a purpose accepts a value in that state; None without a purpose or a value."""
        return self.inquiry.job.catalog.purposes[purpose].takes(state) if purpose else None

    def _reads(
        self, attribute: Attribute, hearing: Hearing, state: State | None
    ) -> Iterator[Reading]:
        for touchpoint, key, field in self.inquiry.touchpoints:
            if key == attribute.key:
                accepts = self._accepts(touchpoint.purpose, state)
                read = self._reading(touchpoint, key, field, hearing)
                yield read.model_copy(update={"accepts": accepts})

    def _reading(self, touchpoint: Touchpoint, key: str, field: str, hearing: Hearing) -> Reading:
        contest = self.found.contests.get(reading_key(key, field))
        dataset, unread, value, agrees = field.rpartition(".")[0], None, None, None
        if contest is None:
            unread = f"{dataset} knows nothing of {self.question.entity} ids"
        elif not contest.candidates:
            unread = self.found.unread.get(dataset)
        else:
            value = self.found.values[contest.bid(0, "e")] or self.found.values[contest.bid(0, "p")]
            agrees = hearing.agrees(self.found.values[contest.bid(0, "h")])
        return Reading(
            touchpoint=touchpoint.key,
            name=touchpoint.named(self.question.language),
            field=field,
            value=value or None,
            agrees=agrees,
            accepts=None,
            unread=unread,
        )

    def _override(self, attribute: Attribute) -> Override | None:
        if attribute.key not in self.found.overrides:
            return None
        value, until, reason, author = self.found.overrides[attribute.key]
        end = day_of(until)
        in_force = end is None or end >= self.inquiry.job.as_of
        return Override(value=value, until=end, reason=reason, author=author, in_force=in_force)

    def _hides(self, attribute: Attribute) -> bool:
        is_personal = bool(attribute.personal_data) or attribute.type in PERSONAL_TYPES
        privacy = self.inquiry.job.workspace.settings.privacy
        return is_personal and privacy.mask and not self.question.show_values

    def _without_ids(self, told: ExplainedAttribute) -> ExplainedAttribute:
        """The same with the ids of rows masked where they are personal data themselves."""
        privacy = self.inquiry.job.workspace.settings.privacy
        if self.question.show_values or not privacy.mask:
            return told
        says = tuple(
            one.model_copy(update={"record_id": _hidden(one.record_id)})
            if one.dataset in self._personal
            else one
            for one in told.says
        )
        record = _hidden(told.record_id) if told.dataset in self._personal else told.record_id
        return told.model_copy(update={"says": says, "record_id": record})

    @cached_property
    def _personal(self) -> set[str]:
        """The datasets of which the row's id is personal data."""
        return datasets_with_personal_ids(self.inquiry.job.catalog)


def _masked(told: ExplainedAttribute) -> ExplainedAttribute:
    says = (
        one.model_copy(update={"raw": _hidden(one.raw), "cleansed": _hidden(one.cleansed)})
        for one in told.says
    )
    return told.model_copy(
        update={
            "masked": True,
            "value": _hidden(told.value),
            "says": tuple(says),
            "override": _valueless(told.override) if told.override else None,
            "reads": tuple(map(_valueless, told.reads)),
            "corrections": tuple(map(_valueless, told.corrections)),
        }
    )


def _valueless(one: Valued) -> Valued:
    return one.model_copy(update={"value": _hidden(one.value)})


def _hidden(text: str | None) -> str | None:
    return mask(text) if text else text


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
