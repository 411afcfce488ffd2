"""The forms of what is read of a manifest: whatever has another form is as if it was not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NAMED: dict[str, Any] = {"name": str, "filter": {"where_filters": [{"where_sql_template": str}]}}
_COLUMN = {
    **{"name": str, "description": str, "data_type": str, "meta": {}, "tags": [str]},
    **{"config": {"meta": {}}, "constraints": [{"type": str, "columns": [str]}]},
}
NODE: dict[str, Any] = {
    **dict.fromkeys(
        ("description", "database", "schema", "alias", "identifier", "source_name", "label"), str
    ),
    **dict.fromkeys(
        ("package_name", "source_description", "loaded_at_field", "loader", "group", "url"), str
    ),
    **dict.fromkeys(
        ("compiled_code", "compiled_sql", "original_file_path", "attached_node", "column_name"), str
    ),
    **dict.fromkeys(("maturity", "expression", "type", "unique_id", "deprecation_date"), str),
    "columns": {"*": _COLUMN},
    "config": {"meta": {}, "where": str, "materialized": str, "group": str},
    "constraints": [{"type": str, "columns": [str]}],
    "depends_on": {"nodes": [str]},
    "dimensions": [{"name": str, "expr": str}],
    "filter": _NAMED["filter"],
    "filters": [{}],
    "freshness": {"warn_after": {"count": int, "period": str}, "error_after": {"count": int}},
    "measures": [{"name": str, "agg": str, "expr": str, "description": str, "label": str}],
    "meta": {},
    "owner": {"name": str, "email": str},
    "primary_key": [str],
    "source_meta": {},
    "tags": [str],
    "test_metadata": {"name": str, "namespace": str, "kwargs": {}},
    "type_params": {
        **{"numerator": _NAMED, "denominator": _NAMED, "measure": _NAMED, "expr": str},
        "metrics": [{**_NAMED, "alias": str}],
    },
}
"""By key the form it must have: a type, `[form]` for a list, a mapping of forms (`*` for all)."""


def fitted(value: Any, form: Any) -> Any:
    """The value without what is not of that form; None, or an empty one, where nothing is left."""
    if isinstance(form, list):
        found = value if isinstance(value, list) else []
        return [fitted(one, form[0]) for one in found if _is_of(one, form[0])]
    if isinstance(form, dict):
        pairs = value.items() if isinstance(value, Mapping) else ()
        rest = form.get("*")
        return {
            key: fitted(one, form.get(key, rest)) if key in form or rest is not None else one
            for key, one in pairs
            if rest is None or _is_of(one, rest)
        }
    return value if _is_of(value, form) else None


def _is_of(value: Any, form: Any) -> bool:
    if isinstance(form, type):
        return isinstance(value, form) and not isinstance(value, bool)
    return isinstance(value, list if isinstance(form, list) else Mapping)
