"""Tells a simulation as text: golden values, numbers, whom it reaches, what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from catalog.plain_text import printable
from catalog.simulations import (
    AttributeChange,
    ChangedValue,
    Golden,
    MeasureChange,
    NumberChange,
    SimulateDocument,
)
from expectations.simulate.words import Words

MOST_MOVES = 8
MOST_NUMBERS = 8
MOST_REACHED = 12


def tell_simulation(document: SimulateDocument) -> Iterator[str]:
    """Lines on all that a change would do."""
    for line in _Text(document, Words(document.language)).lines():
        yield printable(line)


class _Text:
    def __init__(self, document: SimulateDocument, words: Words) -> None:
        self.document, self.words = document, words

    def lines(self) -> Iterator[str]:
        document, words = self.document, self.words
        day, before, after = document.as_of, document.before, document.after
        yield words("head.title", day=day, before=before, after=after)
        if not document.definitions:
            yield words("head.same")
        else:
            yield from self._definitions()
        if document.unknown:
            yield from ("", f"{words('unknown.title')}:")
            yield from (f"  {one.name} ({one.urn}): {one.reason}" for one in document.unknown)
        if document.computed:
            yield from self._golden()
            yield from self._numbers()
            yield from self._reached()
        if document.output:
            rows = words.number(document.rows or 0)
            yield from ("", words("output.rows", n=rows, file=document.output))

    def _definitions(self) -> Iterator[str]:
        words, definitions = self.words, self.document.definitions
        if not self.document.computed:
            yield words("head.harmless", n=len(definitions))
        yield f"{words('head.differs')}:"
        for one in definitions[:MOST_REACHED]:
            how = ", ".join(one.parts) if one.how == "changed" else words(f"head.{one.how}")
            owner = f"; {words('head.owned', owner=one.owner)}" if one.owner else ""
            yield f"  {one.name} ({one.urn}): {how}{owner}"
        yield from self._more(len(definitions) - MOST_REACHED)

    def _golden(self) -> Iterator[str]:
        words, document = self.words, self.document
        if document.entities:
            yield ""
        for entity in document.entities:
            if entity.before != entity.after:
                counts = {k: words.number(getattr(entity, k)) for k in ("before", "after")}
                yield words("golden.records", entity=entity.entity, **counts)
            if entity.unmatched_after:
                n = words.number(entity.unmatched_after)
                yield words("golden.unmatched", entity=entity.entity, n=n)
        told = [one for one in document.attributes if not one.is_same]
        if document.attributes:
            head = words("golden.title", changed=words.number(document.changed))
            yield head if document.changed else words("golden.none")
        for one in told:
            yield from self._attribute(one)
        untouched = sum(one.untouched for one in document.entities)
        if kept := untouched + sum(not one.changed for one in document.attributes):
            yield words("golden.kept", n=kept, all=untouched + len(document.attributes))
        if any(one.examples for one in told):
            yield words("golden.masked")

    def _attribute(self, one: AttributeChange) -> Iterator[str]:
        words = self.words
        owner = f"; {words('head.owned', owner=one.owner)}" if one.owner else ""
        yield f"  {one.name} ({one.attribute}{owner})"
        if one.changed:
            whole = max(one.before, one.after)
            numbers = {"changed": words.number(one.changed), "all": words.number(whole)}
            part = words.share(one.changed, whole)
            yield f"    {words('golden.changed', **numbers, share=part)}: {changes_of(one, words)}"
            yield f"    {words('golden.moves')}: {'; '.join(moves_of(one, words))}"
        yield from (f"    {line}" for line in aside_of(one, words))
        for example in one.examples:
            old, new = said(example.before, words), said(example.after, words)
            yield f"    {words('golden.example')} {example.entity_id}: {old} → {new}"

    def _numbers(self) -> Iterator[str]:
        words, document = self.words, self.document
        yield ""
        measured = len(document.measures)
        moved = [one for one in document.measures if one.changed]
        if not measured:
            yield words("numbers.nothing")
        elif not moved:
            yield words("numbers.none", all=measured)
        else:
            yield words("numbers.title", changed=len(moved), all=measured)
        for one in moved:
            yield from self._measure(one)
        if document.cells:
            yield f"{words('numbers.cells')}:"
        for cell in document.cells[:MOST_REACHED]:
            old, new = (number(n, words) for n in (cell.before, cell.after))
            owner = f"; {words('head.owned', owner=cell.owner)}" if cell.owner else ""
            period = words("numbers.of_period", period=cell.period)
            yield f"  {cell.name} ({cell.urn}, {period}): {old} → {new}{owner}"
        yield from self._more(len(document.cells) - MOST_REACHED)

    def _measure(self, one: MeasureChange) -> Iterator[str]:
        words = self.words
        period = f", {words('numbers.of_period', period=one.period)}" if one.period else ""
        owner = f"; {words('head.owned', owner=one.owner)}" if one.owner else ""
        head = f"  {one.name} ({one.urn}{period})"
        if len(one.changed) == 1 and not one.changed[0].dimensions:
            yield f"{head}: {moved(one.changed[0], words)}{owner}"
            return
        yield f"{head}{owner}"
        for value in one.changed[:MOST_NUMBERS]:
            yield f"    {group(value)}: {moved(value, words)}"
        yield from (f"  {line}" for line in self._more(len(one.changed) - MOST_NUMBERS))

    def _reached(self) -> Iterator[str]:
        words, document = self.words, self.document
        changes = document.changed or document.numbers
        if changes:
            yield ""
            yield f"{words('reached.title')}:" if document.reached else words("reached.none")
        for kind in ("cell", "report", "team", "touchpoint"):
            mine = [one for one in document.reached if one.urn.startswith(f"{kind}:")]
            if mine:
                yield f"  {words(f'reached.{kind}')}:"
            for one in mine[:MOST_REACHED]:
                owner = f"; {words('head.owned', owner=one.owner)}" if one.owner else ""
                yield f"    {one.name} ({one.urn}){owner}"
            yield from (f"  {line}" for line in self._more(len(mine) - MOST_REACHED))

    def _more(self, number: int) -> Iterator[str]:
        if number > 0:
            yield f"  {self.words('numbers.more', n=self.words.number(number))}"


def changes_of(one: AttributeChange, words: Words) -> str:
    """How the values change, each kind with its number."""
    told = (f"{words(f'change.{kind}')} {words.number(n)}" for kind, n in one.changes.items())
    return ", ".join(told)


def moves_of(one: AttributeChange, words: Words) -> Sequence[str]:
    """From which source to which, the most first."""
    told = []
    for move in one.moves[:MOST_MOVES]:
        old, new = source(move.from_, words), source(move.to, words)
        key = "golden.stays" if move.from_ == move.to and move.from_ else "golden.move"
        told.append(words(key, from_=old, to=new, source=old, n=words.number(move.count)))
    if rest := len(one.moves) - MOST_MOVES:
        told += [words("numbers.more", n=words.number(rest))] if rest > 0 else []
    return told


def aside_of(one: AttributeChange, words: Words) -> Iterator[str]:
    """What else becomes of an attribute: states, conflicts, reasons, last days."""
    if one.became_current or one.became_stale:
        current, stale = words.number(one.became_current), words.number(one.became_stale)
        yield words("golden.states", current=current, stale=stale)
    if one.contested_before != one.contested_after or one.changed:
        before, after = words.number(one.contested_before), words.number(one.contested_after)
        yield words("golden.contested", before=before, after=after)
    if one.decided_otherwise:
        yield words("golden.decided", n=words.number(one.decided_otherwise))
    if one.other_last_day:
        yield words("golden.last_day", n=words.number(one.other_last_day))


def source(key: str | None, words: Words) -> str:
    """A source as it is named; a steward's value and no source too."""
    if key is None:
        return words("golden.no_source")
    return words("golden.override") if key == "override" else key


def said(golden: Golden | None, words: Words) -> str:
    """A golden value with where it comes from and its state."""
    if golden is None:
        return words("golden.no_record")
    state = words(f"state.{golden.state}")
    if golden.value is None:
        return f"{words('golden.no_value')} ({state})"
    place = " ".join(filter(None, (golden.dataset, golden.record_id)))
    return f"{golden.value} ({place or source(golden.source, words)}; {state})"


def moved(value: NumberChange, words: Words) -> str:
    """A number before and after, and how far it moves."""
    told = f"{number(value.before, words)} → {number(value.after, words)}"
    return told if value.apart is None else f"{told} ({words.signed(value.apart)})"


def number(value: object, words: Words) -> str:
    """A number as the language writes it; that there is none."""
    return words.number(value) if isinstance(value, Decimal) else words("numbers.absent")


def group(value: NumberChange) -> str:
    """What a number is grouped by, in words."""
    return ", ".join(f"{name} {one}" for name, one in value.dimensions.items()) or "–"


def told_example(example: ChangedValue, words: Words) -> tuple[str, str, str]:
    """An example as a row: whose, before, after."""
    return example.entity_id, said(example.before, words), said(example.after, words)
