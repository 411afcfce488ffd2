"""Prints an explanation: a paragraph and a table of who said what, or all attributes briefly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalog.explanations import ExplainDocument, ExplainedAttribute, Said
from catalog.model import Catalog
from catalog.plain_text import printable
from lineage.pages.saying import Saying


def tell_explained(document: ExplainDocument, catalog: Catalog, *, whole: bool) -> Iterator[str]:
    """Lines on the entity; with `whole` each attribute in full, else in a line or two."""
    saying = Saying(catalog, document.entity, document.entity_id, document.language)
    for line in _lines(document, saying, whole=whole):
        yield printable(line)


def _lines(document: ExplainDocument, saying: Saying, *, whole: bool) -> Iterator[str]:
    words = saying.words
    day = words.day(document.as_of)
    yield words.plain("explain.head", entity=saying.entity_name(), id=document.entity_id, day=day)
    if document.former_id:
        yield words.plain("explain.former", former=document.former_id, id=document.entity_id)
    yield words.plain("explain.known_by", sources=", ".join(_times(document, saying)))
    if document.unknown_to:
        yield words.plain("explain.unknown_to", sources=", ".join(document.unknown_to))
    for why in document.unread.values():
        yield words.plain("explain.unread", why=why)
    if not whole:
        disputed = sum(one.is_disputed for one in document.attributes)
        yield words.plain("explain.disputed", n=disputed, all=len(document.attributes))
    for told in document.attributes:
        yield ""
        yield from _whole(told, saying) if whole else _brief(told, saying)
    if any(told.masked for told in document.attributes):
        yield ""
        yield words.plain("explain.masked")


def _times(document: ExplainDocument, saying: Saying) -> Iterator[str]:
    """The datasets that know it; where several rows speak of it, how many."""
    for path, rows in document.known_by.items():
        many = saying.words.plain("explain.times", source=path, n=rows)
        yield path if rows == 1 else many


def _whole(told: ExplainedAttribute, saying: Saying) -> Iterator[str]:
    yield " ".join(told.paragraph)
    if told.applies and told.says:
        yield ""
        yield from _table([_head(saying), *(_row(said, saying) for said in told.says)])


def _head(saying: Saying) -> list[str]:
    return [saying.words.plain(f"explain.{one}") for one in ("who", "what", "when", "result")]


def _row(said: Said, saying: Saying) -> list[str]:
    held = said.cleansed if said.cleansed is not None else said.raw
    if said.raw is not None and said.cleansed is not None and said.raw != said.cleansed:
        held = f"{said.raw} → {said.cleansed}"
    who = f"{said.dataset} {said.record_id or ''}".strip()
    shown = held if held and held.strip() else saying.words.plain("explain.empty")
    return [who, shown, saying.when(said), saying.why(said)]


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def _brief(told: ExplainedAttribute, saying: Saying) -> Iterator[str]:
    words = saying.words
    state = words.plain(f"state.{told.state or 'unknown'}")
    value = told.value or words.plain("explain.empty")
    parts = [state]
    if told.value is not None and told.source:
        parts.append(saying.source(told.source) if told.source != "override" else told.source)
    if told.disagree:
        parts.append(words.plain("explain.brief_disputed", n=told.disagree))
    yield f"{told.name}: {value if told.state else '–'} ({', '.join(parts)})"
    if told.reason:
        yield f"  {saying.decided(told)}"
    for said in told.says:
        held = said.cleansed or said.raw
        differs = said.agrees is False or (told.value is None and said.cleansed is not None)
        if differs and said.reason != "when":
            yield f"  {saying.source(said.source)}: {held} ({saying.why(said)})"
    yield from (f"  {saying.of_reading(one)}" for one in told.reads if one.agrees is False)
