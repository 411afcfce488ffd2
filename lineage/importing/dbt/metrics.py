"""Reads dbt's metrics and semantic models as measures, as far as they are plain SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lineage.importing.dbt.manifest import Manifest, Node
from lineage.importing.facts import LeftOut, MeasureFact

_FUNCTIONS = {
    "sum": "sum({})",
    "count": "count({})",
    "count_distinct": "count(DISTINCT {})",
    "average": "avg({})",
    "min": "min({})",
    "max": "max({})",
    "median": "median({})",
    "sum_boolean": "sum(CASE WHEN {} THEN 1 ELSE 0 END)",
}
_DIMENSION = re.compile(r"\{\{\s*(?:Time)?Dimension\(\s*['\"](?:\w+__)?(\w+)['\"][^)]*\)\s*\}\}")
_NAMED = re.compile(r"[A-Za-z_]\w*")


def measures_of(manifest: Manifest) -> tuple[list[MeasureFact], list[LeftOut]]:
    """The measures of a project, those made of others after these, and what is no measure here."""
    found: dict[str, MeasureFact] = {}
    left: list[LeftOut] = []
    parts = _semantic_measures(manifest)
    for key, metric in manifest.metrics.items():
        try:
            found[str(metric["name"])] = _metric(manifest, key, metric, parts)
        except ValueError as error:
            left.append(LeftOut(f"metric {metric['name']}", str(error)))
    used = {_simple(metric) for metric in manifest.metrics.values()}
    for name, (model, measure) in parts.items():
        if name not in used and name not in found:
            try:
                found[name] = _semantic(manifest, model, measure, name)
            except ValueError as error:
                left.append(LeftOut(f"measure {name}", str(error)))
    return _in_order(found, left), left


def _in_order(found: dict[str, MeasureFact], left: list[LeftOut]) -> list[MeasureFact]:
    """Measures over data first, then those over measures whose parts are there."""
    done = {name: one for name, one in found.items() if one.dataset}
    waiting = {name: one for name, one in found.items() if not one.dataset}
    while ready := [n for n, one in waiting.items() if all(part in done for part in one.parts)]:
        done |= {name: waiting.pop(name) for name in ready}
    for name, one in waiting.items():
        missing = ", ".join(part for part in one.parts if part not in done)
        left.append(LeftOut(f"metric {name}", f"it is made of {missing}, which could not be read"))
    return list(done.values())


def _semantic_measures(manifest: Manifest) -> dict[str, tuple[Node, Node]]:
    return {
        str(measure["name"]): (model, measure)
        for model in manifest.semantic_models.values()
        for measure in model.get("measures") or ()
        if isinstance(measure, Mapping) and measure.get("name")
    }


def _metric(
    manifest: Manifest, key: str, metric: Node, parts: Mapping[str, tuple[Node, Node]]
) -> MeasureFact:
    if "calculation_method" in metric:
        return _older(key, metric)
    kind, stated = str(metric.get("type")), metric.get("type_params") or {}
    if kind == "simple":
        name = _simple(metric)
        if name not in parts:
            raise ValueError(f"its measure '{name}' is in no semantic model")
        model, measure = parts[name]
        filters = (*_filters(metric), *_filters(stated.get("measure")))
        return _of_model(manifest, model, measure, metric, key, filters)
    if kind in ("ratio", "derived"):
        return _over_measures(kind, key, metric, stated)
    raise ValueError(f"a {kind} metric is over time, which a measure here states by its period")


def _over_measures(kind: str, key: str, metric: Node, stated: Mapping[str, Any]) -> MeasureFact:
    inputs = (
        [stated.get("numerator"), stated.get("denominator")]
        if kind == "ratio"
        else stated.get("metrics") or []
    )
    parts = [one if isinstance(one, Mapping) else {"name": one} for one in inputs]
    if not all(one.get("name") for one in parts):
        raise ValueError("a part of it has no name")
    unlike = ("filter", "offset_window", "offset_to_grain")
    if not parts or any(one.get(name) for one in parts for name in unlike) or _filters(metric):
        raise ValueError("its parts are filtered or moved in time, which an expression cannot say")
    names = {str(one.get("alias") or one["name"]): str(one["name"]) for one in parts}
    expression = " / ".join(names) if kind == "ratio" else str(stated.get("expr") or "")
    unknown = sorted(set(_NAMED.findall(expression)) - set(names))
    if unknown or not expression:
        raise ValueError(f"its expression uses {', '.join(unknown) or 'nothing'}")
    select = _NAMED.sub(lambda found: f"{{{names[found[0]]}}}", expression)
    return MeasureFact(
        key, str(metric["name"]), "", select, **_said(metric), parts=tuple(names.values())
    )


def _semantic(manifest: Manifest, model: Node, measure: Node, name: str) -> MeasureFact:
    key = f"{model.get('unique_id') or model['name']}.{name}"
    return _of_model(manifest, model, measure, measure, key, ())


def _of_model(
    manifest: Manifest,
    model: Node,
    measure: Node,
    told: Node,
    key: str,
    filters: tuple[str, ...],
) -> MeasureFact:
    function = _FUNCTIONS.get(str(measure.get("agg")))
    if function is None:
        raise ValueError(f"it is aggregated by '{measure.get('agg')}'")
    if measure.get("non_additive_dimension"):
        raise ValueError("it is not additive over a dimension, which a measure here cannot say")
    where = " AND ".join(f"({_plain(one, model)})" for one in filters)
    select = function.format(measure.get("expr") or measure["name"])
    table = next(
        (
            one
            for one in (model.get("depends_on") or {}).get("nodes") or ()
            if one in manifest.tables
        ),
        "",
    )
    if not table:
        raise ValueError("its semantic model reads no model of the manifest")
    return MeasureFact(key, str(told["name"]), table, select, where=where or None, **_said(told))


def _older(key: str, metric: Node) -> MeasureFact:
    """A metric as dbt wrote them before semantic models, up to version 9."""
    function = _FUNCTIONS.get(str(metric.get("calculation_method")))
    table = next(iter((metric.get("depends_on") or {}).get("nodes") or ()), "")
    if function is None or not table or metric.get("window"):
        raise ValueError(f"it is calculated by '{metric.get('calculation_method')}'")
    filters = [
        f"{one.get('field')} {one.get('operator')} {one.get('value')}"
        for one in metric.get("filters") or ()
    ]
    select = function.format(metric.get("expression"))
    where = " AND ".join(f"({one})" for one in filters) or None
    return MeasureFact(key, str(metric["name"]), table, select, where=where, **_said(metric))


def _simple(metric: Node) -> str:
    stated = (metric.get("type_params") or {}).get("measure")
    return str(stated.get("name") if isinstance(stated, Mapping) else stated or "")


def _filters(element: Any) -> tuple[str, ...]:
    stated = element.get("filter") if isinstance(element, Mapping) else None
    found = stated.get("where_filters") if isinstance(stated, Mapping) else None
    return tuple(str(one.get("where_sql_template")) for one in found or ())


def _plain(template: str, model: Node) -> str:
    """A filter with the columns that its dimensions stand for."""
    columns = {
        str(one.get("name")): str(one.get("expr") or one.get("name"))
        for one in model.get("dimensions") or ()
    }

    def column(found: re.Match[str]) -> str:
        if found[1] not in columns:
            raise ValueError(f"its filter uses the dimension '{found[1]}' of another model")
        return columns[found[1]]

    text = _DIMENSION.sub(column, template)
    if "{{" in text or "{%" in text:
        raise ValueError(f"its filter cannot be read: {template}")
    return text


def _said(node: Node) -> dict[str, Any]:
    tags = node.get("tags")
    return {
        "title": node.get("label") or node["name"],
        "says": node.get("description"),
        "tags": tuple(map(str, tags)) if isinstance(tags, list) else (),
    }
