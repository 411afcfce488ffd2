"""The panel with the technical side of a definition's checks: keys, expectations, row counts."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from markupsafe import Markup

from catalog.model import Definition
from catalog.model.definition import Language
from catalog.panels import Panel, PanelContext
from catalog.results import Result

_TITLE: Mapping[Language, str] = {"en": "Checks in detail", "tr": "Kontroller ayrıntılı"}
_HEADS: Mapping[Language, tuple[str, ...]] = {
    "en": ("Check", "Result", "Rows", "Compared", "Violations", "Observed", "Expected"),
    "tr": ("Kontrol", "Sonuç", "Satır", "Karşılaştırılan", "İhlal", "Gözlenen", "Beklenen"),
}
_VERDICTS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "pass": "fine",
        "warn": "warning",
        "fail": "failing",
        "unknown": "unknown",
        "error": "did not run",
    },
    "tr": {
        "pass": "uygun",
        "warn": "uyarı",
        "fail": "uygun değil",
        "unknown": "bilinmiyor",
        "error": "çalışmadı",
    },
}
_ROW = Markup(
    "<tr><th scope='row'><code>{check}</code><br><code class='td-quiet'>{expectation}</code>"
    "</th><td>{verdict}</td><td class='td-num'>{rows}</td><td class='td-num'>{compared}</td>"
    "<td class='td-num'>{violations}</td><td>{observed}</td><td>{expected}</td></tr>"
)
_NUMBER = Markup(" class='td-num'")
_HEAD = Markup("<th scope='col'{}>{}</th>")
_TABLE = Markup(
    "<div class='td-scroll' tabindex='0' role='region' aria-label='{title}'>"
    "<table class='td-table td-small{kind}'><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
    "</table></div>"
)


def verdicts(definition: Definition, context: PanelContext) -> Panel | None:
    """A folded table of the definition's checks; None when the run has none for it.

    No key of an offending row is shown: a page is for everybody, a run's report for its owner.
    """
    results = context.results_of(definition.urn)
    if not results:
        return None
    title = _TITLE[context.language]
    rows = [_row(result, context) for result in results]
    heads = _HEADS[context.language]
    return Panel(title, table(title, heads, rows, numbers=heads[2:5]))


def table(
    title: str,
    heads: Iterable[str],
    rows: Iterable[Markup],
    numbers: Container[str] = (),
    *,
    cards: bool = False,
) -> Markup:
    """A table with a heading over each column, scrolled on its own where it is too wide.

    `numbers` are the headings of columns of numbers, which stand at the right as these do. With
    `cards` a phone shows row under row; each cell then says in `data-head` what it is.
    """
    columns = (_HEAD.format(_NUMBER if head in numbers else "", head) for head in heads)
    kind = " td-cards" if cards else ""
    head, body = Markup("").join(columns), Markup("").join(rows)
    return _TABLE.format(title=title, kind=kind, heads=head, rows=body)


def _row(result: Result, context: PanelContext) -> Markup:
    return _ROW.format(
        check=result.check,
        expectation=result.expectation,
        verdict=_VERDICTS[context.language][result.verdict],
        rows=context.count(result.urn, result.rows_available),
        compared=context.count(result.urn, result.rows_compared),
        violations=context.count(result.urn, result.violations),
        observed=_observed(result, context),
        expected=_figure(result, result.expected, context),
    )


def _observed(result: Result, context: PanelContext) -> str:
    """What was observed, unless it could be somebody's value or count back to a few people."""
    observed, personal = result.observed, context.is_personal(result.urn)
    plain = observed is None or isinstance(observed, int | float)
    if not plain and (personal or (result.kind == "computes" and not isinstance(observed, str))):
        return "–"
    if personal and isinstance(observed, float) and _is_telling(result, observed, context):
        return ""
    return _figure(result, observed, context)


def _is_telling(result: Result, observed: float, context: PanelContext) -> bool:
    """Whether the exact figure is, or lets one calculate, a small count of people."""
    limit = context.settings.privacy.small_counts
    counts: list[float] = [result.violations, result.rows_compared - result.violations]
    share = observed == 1 and result.kind not in ("bounds", "computes")
    if observed.is_integer() and not share:
        counts.append(observed)
    return any(0 < count < limit for count in counts)


def _figure(result: Result, figure: object, context: PanelContext) -> str:
    """An observed or expected figure; whoever asks has hidden what would count back to a few."""
    if figure is None:
        return ""
    if isinstance(figure, int) and not isinstance(figure, bool):
        return context.count(result.urn, figure)
    if isinstance(figure, float):
        text = f"{figure:.6g}"
        return text.replace(".", ",") if context.language == "tr" else text
    if isinstance(figure, Mapping):
        return ", ".join(f"{name} {value}" for name, value in figure.items())
    return str(figure)
