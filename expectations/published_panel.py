"""The panel with what a report or a cell has published, beside the truth of each period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from markupsafe import Markup, escape

from catalog.model import Cell, Definition, Report
from catalog.model.definition import Language
from catalog.panels import Panel, PanelContext
from catalog.periods import Period
from catalog.results import Comparison, Verdict
from expectations.comparing import decimals, rounded
from expectations.panels import table
from lineage.pages.numbers import say_value, shown_in
from lineage.pages.words import Words

Texts = Mapping[Language, str]
MOST_PERIODS = 13
MOST_DIGITS = 4
MOST_EARLIER = 3

_TITLE: Texts = {"en": "What was published", "tr": "Yayımlanan sayılar"}
_HEADS: Mapping[Language, tuple[str, ...]] = {
    "en": ("Period", "Published", "The truth", "Apart", "Allowed", "Result"),
    "tr": ("Dönem", "Yayımlanan", "Doğrusu", "Fark", "İzin verilen", "Sonuç"),
}
_CELL_HEAD: Texts = {"en": "Number", "tr": "Sayı"}
_VERDICTS: Mapping[Language, Mapping[Verdict, str]] = {
    "en": {"pass": "right", "fail": "wrong", "unknown": "not known", "error": "did not run"},
    "tr": {"pass": "doğru", "fail": "yanlış", "unknown": "bilinmiyor", "error": "çalışmadı"},
}
_NOT_PUBLISHED: Texts = {"en": "not published", "tr": "yayımlanmadı"}
_RESTATED: Texts = {
    "en": "version {version}, published on {day}; before that {earlier}",
    "tr": "{version}. sürüm, {day} tarihinde yayımlandı; önceki: {earlier}",
}
_PUBLISHED_ON: Texts = {"en": "published on {day}", "tr": "{day} tarihinde yayımlandı"}
_SAVED: Mapping[str, Texts] = {
    "workbook": {"en": "{place}, saved on {day}", "tr": "{place}, {day} tarihinde kaydedildi"},
    "file": {
        "en": "{place}, of {day} by the time of its file",
        "tr": "{place}, dosyasının tarihine göre {day}",
    },
}
_BEFORE: Texts = {"en": "before that {earlier}", "tr": "önceki: {earlier}"}
_ON: Texts = {"en": "{number} ({day})", "tr": "{number} ({day})"}
_WORKBOOK: Texts = {
    "en": "the workbook shows {number}: {place}, saved on {day}",
    "tr": "çalışma kitabında {number} görünüyor: {place}, {day} tarihinde kaydedildi",
}
_COUNTED: Texts = {"en": "counted on {day}", "tr": "{day} tarihinde sayıldı"}
_FIRST = Markup("<th scope='row'>{}</th>")
_NAMED = Markup("<th scope='row'>{}</th><td data-head='{}'>{}</td>")
_ROW = Markup(
    "<tr>{first}<td class='td-num' data-head='{heads[1]}'>{published}</td>"
    "<td class='td-num' data-head='{heads[2]}'>{truth}</td>"
    "<td class='td-num' data-head='{heads[3]}'>{apart}</td>"
    "<td class='td-num' data-head='{heads[4]}'>{allowed}</td>"
    "<td data-head='{heads[5]}'>{verdict}</td></tr>"
)


def published(definition: Definition, context: PanelContext) -> Panel | None:
    """A table of what a cell published by period, or a report's cells in their last period.

    None where nothing was compared.
    """
    if context.run is None or not isinstance(definition, Cell | Report):
        return None
    of_report = isinstance(definition, Report)
    shown = _of_report(definition, context) if of_report else _of_cell(definition, context)
    if not shown:
        return None
    heads = [*([_CELL_HEAD[context.language]] if of_report else []), *_HEADS[context.language]]
    rows = [_row(one, context, named=of_report) for one in shown]
    title = _TITLE[context.language]
    numbers = _HEADS[context.language][1:5]
    return Panel(title, table(title, heads, rows, numbers, cards=True), folded=False)


def _of_cell(cell: Definition, context: PanelContext) -> Sequence[Comparison]:
    found = [one for one in _comparisons(context) if one.cell == cell.path]
    return sorted(found, key=_start, reverse=True)[:MOST_PERIODS]


def _of_report(report: Definition, context: PanelContext) -> Sequence[Comparison]:
    """The latest comparison of each cell."""
    latest: dict[str, Comparison] = {}
    for one in _comparisons(context):
        if one.cell.startswith(f"{report.path}/"):
            known = latest.get(one.cell)
            latest[one.cell] = one if known is None else max(known, one, key=_start)
    return list(latest.values())


def _comparisons(context: PanelContext) -> Iterable[Comparison]:
    """Those of the run, in which nothing hidden is left."""
    return context.run.published if context.run else ()


def _start(comparison: Comparison) -> date:
    return Period.parse(comparison.period).start


def _row(one: Comparison, context: PanelContext, *, named: bool) -> Markup:
    heads, period = _HEADS[context.language], Words(context.language).period(one.period)
    link = context.link(f"cell:{one.cell}")
    return _ROW.format(
        heads=heads,
        first=_NAMED.format(link, heads[0], period) if named else _FIRST.format(period),
        published=_published(one, context),
        truth=_truth(one, context),
        apart=_difference(one, one.apart, context),
        allowed=_difference(one, one.allowed, context),
        verdict=_VERDICTS[context.language].get(one.verdict, one.verdict),
    )


def _published(one: Comparison, context: PanelContext) -> Markup:
    if one.published is None:
        return Markup("<span class='td-quiet'>{}</span>").format(_NOT_PUBLISHED[context.language])
    said = [*_source(one, context), *_beside(one, context)]
    quiet = (Markup("<span class='td-aside'>{}</span>").format(line) for line in said)
    return _number(one, one.published, context) + Markup("").join(quiet)


def _source(one: Comparison, context: PanelContext) -> Iterator[Markup | str]:
    """Where the number stands and since when, and what it replaced."""
    language, day = context.language, _day(one.published_on, context)
    if one.origin == "workbook":
        dated = _SAVED["file" if one.dated_by == "file" else "workbook"][language]
        yield escape(dated).format(place=one.place, day=day)
        if one.earlier:
            yield escape(_BEFORE[language]).format(earlier=_earlier(one, context))
    elif one.earlier:
        earlier = _earlier(one, context)
        restated = escape(_RESTATED[language])
        yield restated.format(version=one.version, day=day, earlier=earlier)
    elif one.origin:
        yield escape(_PUBLISHED_ON[language]).format(day=day)


def _earlier(one: Comparison, context: PanelContext) -> Markup:
    """The numbers it replaced, newest first, each with its day where that is known."""
    days = dict(enumerate(one.earlier_on))
    told = [
        escape(_ON[context.language]).format(
            number=_number(one, number, context), day=_day(days[at], context)
        )
        if at in days
        else _number(one, number, context)
        for at, number in enumerate(one.earlier)
    ]
    return Markup(", ").join(reversed(told[-MOST_EARLIER:]))


def _beside(one: Comparison, context: PanelContext) -> Iterator[Markup]:
    """What the workbook shows, where that looks different from what a feed says."""
    if one.shown is None:
        return
    shown = _number(one, one.shown, context)
    digits = decimals(one.shown)
    if one.published is not None and rounded(one.published, digits) != one.shown:
        yield escape(_WORKBOOK[context.language]).format(
            number=shown, place=one.shown_at, day=_day(one.saved_on, context)
        )


def _truth(one: Comparison, context: PanelContext) -> Markup:
    shown = _number(one, one.truth, context)
    if one.counted_on is None or one.truth is None:
        return shown
    said = _COUNTED[context.language].format(day=_day(one.counted_on, context))
    return shown + Markup("<br><span class='td-quiet'>{}</span>").format(said)


def _number(one: Comparison, value: Decimal | None, context: PanelContext) -> Markup:
    """A number with its unit as the language writes it; of a few people that they are few."""
    if value is None:
        return Markup("–")
    if _is_small(one, value, context):
        return Markup.escape(context.count(f"cell:{one.cell}", int(value)))
    cell = context.catalog.cells[one.cell]
    shown = shown_in(cell, context.catalog)
    return say_value(value, shown, Words(context.language), _digits(one))


def _difference(one: Comparison, value: Decimal | None, context: PanelContext) -> Markup:
    """How far apart they are or may be, down to the last decimal that is compared; nothing where
    one could count back from it to a few people.
    """
    if value is None or any(
        number is not None and _is_small(one, number, context)
        for number in (one.published, one.truth)
    ):
        return Markup("–")
    shown = shown_in(context.catalog.cells[one.cell], context.catalog)
    lower = value.quantize(Decimal(1).scaleb(-_digits(one)), ROUND_FLOOR)
    return say_value(lower, shown, Words(context.language), _digits(one))


def _digits(one: Comparison) -> int:
    """As many decimals as the numbers compared have, but not endlessly many."""
    stated = (number for number in (one.published, one.truth) if number is not None)
    exponents = (number.as_tuple().exponent for number in stated)
    places = (-exponent for exponent in exponents if isinstance(exponent, int))
    return min(max(0, *places), MOST_DIGITS)


def _is_small(one: Comparison, value: Decimal, context: PanelContext) -> bool:
    """Whether a number counts so few people that it is not told."""
    whole = value == value.to_integral_value() and 0 < value < context.settings.privacy.small_counts
    return whole and context.is_personal(f"cell:{one.cell}")


def _day(day: date | None, context: PanelContext) -> str:
    return Words(context.language).day(day) if day else "–"
