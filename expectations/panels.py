"""The panel with the technical side of a definition's checks: keys, expectations, row counts."""

from __future__ import annotations

from collections.abc import Mapping

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
_TABLE = Markup(
    "<div class='td-scroll' tabindex='0' role='region' aria-label='{title}'>"
    "<table class='td-table td-small'><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
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
    heads = Markup("").join(
        Markup("<th scope='col'>{}</th>").format(head) for head in _HEADS[context.language]
    )
    rows = Markup("").join(_row(result, context) for result in results)
    return Panel(title, _TABLE.format(title=title, heads=heads, rows=rows))


def _row(result: Result, context: PanelContext) -> Markup:
    return _ROW.format(
        check=result.check,
        expectation=result.expectation,
        verdict=_VERDICTS[context.language][result.verdict],
        rows=context.count(result.urn, result.rows_available),
        compared=context.count(result.urn, result.rows_compared),
        violations=context.count(result.urn, result.violations),
        observed=_figure(result, result.observed, context),
        expected=_figure(result, result.expected, context),
    )


def _figure(result: Result, figure: object, context: PanelContext) -> str:
    """An observed or expected figure; observed shares of few people are not told to the digit."""
    if figure is None:
        return ""
    if isinstance(figure, int) and not isinstance(figure, bool):
        return context.count(result.urn, figure)
    if isinstance(figure, float):
        return f"{figure:.2f}" if context.is_personal(result.urn) else f"{figure:.6g}"
    return str(figure)
