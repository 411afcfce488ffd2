"""What dbt's tests and constraints demand, by table and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lineage.importing.dbt.manifest import Manifest, Node
from lineage.importing.facts import LeftOut, Refers

_REF = re.compile(r"(?:ref|source)\(([^)]*)\)")
_QUOTED = re.compile(r"""['"]([^'"]*)['"]""")


@dataclass
class Demanded:
    """What is demanded of one table; the demands of columns by their folded names."""

    required: set[str] = field(default_factory=set)
    unique: list[str] = field(default_factory=list)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    rules: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    refers: list[Refers] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    column_notes: dict[str, list[str]] = field(default_factory=dict)
    stated_key: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of its key: stated, or the first that must be there and be there once."""
        found = [column for column in self.unique if column in self.required]
        return self.stated_key or tuple(found[:1])


def demands_of(manifest: Manifest) -> tuple[dict[str, Demanded], list[LeftOut]]:
    """The demands by the unique id of a table or source, and the tests nobody can use."""
    found = {key: Demanded() for key in (*manifest.tables, *manifest.sources)}
    left = []
    for key, node in {**manifest.tables, **manifest.sources}.items():
        _constraints(found[key], node)
    for key, test in manifest.tests.items():
        table = _tested(manifest, test)
        if table is None:
            left.append(LeftOut(f"test {test['name']}", "it tests no table of the manifest"))
        elif not test.get("test_metadata"):
            left.append(LeftOut(f"test {test['name']}", "its own SQL is not read"))
            found[table].notes.append(f"dbt test there: {test['name']} ({_file(test) or key})")
        else:
            _take(manifest, found[table], test)
    return found, left


def _constraints(demanded: Demanded, node: Node) -> None:
    if key := node.get("primary_key"):
        demanded.stated_key = tuple(str(one).casefold() for one in key)
    for one in node.get("constraints") or ():
        columns = [str(name).casefold() for name in one.get("columns") or ()]
        if one.get("type") == "primary_key" and columns:
            demanded.stated_key = tuple(columns)
        else:
            demanded.notes.append(f"Constraint there: {_plain(one)}")
    columns_ = node.get("columns")
    for name, column in columns_.items() if isinstance(columns_, Mapping) else ():
        for one in column.get("constraints") or ():
            _constraint(demanded, str(name).casefold(), one)


def _constraint(demanded: Demanded, name: str, one: Mapping[str, Any]) -> None:
    match one.get("type"):
        case "primary_key":
            demanded.stated_key = (name,)
        case "not_null":
            demanded.required.add(name)
        case "unique":
            demanded.unique.append(name)
        case _:
            demanded.column_notes.setdefault(name, []).append(f"Constraint there: {_plain(one)}")


def _tested(manifest: Manifest, test: Node) -> str | None:
    """The table a test is attached to: stated, named by its arguments, or the only one it reads."""
    known = {**manifest.tables, **manifest.sources}
    if test.get("attached_node") in known:
        return str(test["attached_node"])
    depends = test.get("depends_on")
    read = [key for key in (depends or {}).get("nodes") or () if key in known]
    arguments = (test.get("test_metadata") or {}).get("kwargs") or {}
    named = _named(manifest, str(arguments.get("model") or ""), read)
    return named or (read[0] if len(read) == 1 else None)


def _named(manifest: Manifest, text: str, among: list[str]) -> str | None:
    """The table that a `ref('…')` or `source('…', '…')` names."""
    call = _REF.search(text)
    names = _QUOTED.findall(call[1]) if call else []
    known = {**manifest.tables, **manifest.sources}
    for key in among or known:
        node = known[key]
        if names and node["name"] == names[-1]:
            return key
    return None


def _take(manifest: Manifest, demanded: Demanded, test: Node) -> None:
    stated = test["test_metadata"]
    name, arguments = str(stated.get("name")), dict(stated.get("kwargs") or {})
    arguments.pop("model", None)
    column = str(arguments.pop("column_name", None) or test.get("column_name") or "")
    folded = column.casefold()
    where = (test.get("config") or {}).get("where")
    namespace = stated.get("namespace")
    if not column or where or namespace not in (None, "dbt", "dbt_expectations"):
        _note(demanded, folded, test, namespace, where)
    elif namespace == "dbt_expectations" and name.startswith("expect_column"):
        plain = {key: value for key, value in arguments.items() if value is not None}
        rule = {"expect": name, **plain, "on": "sources"}
        demanded.rules.setdefault(folded, []).append(rule)
    elif name == "not_null":
        demanded.required.add(folded)
    elif name == "unique":
        demanded.unique.append(folded)
    elif name == "accepted_values" and isinstance(arguments.get("values"), list):
        values = [_code(one) for one in arguments["values"]]
        demanded.values[folded] = {one: one for one in values}
    elif name == "relationships" and (to := _reference(manifest, test, arguments)):
        demanded.refers.append(Refers(column, to, str(arguments["field"])))
    else:
        _note(demanded, folded, test, namespace, where)


def _reference(manifest: Manifest, test: Node, arguments: Mapping[str, Any]) -> str | None:
    read = [str(key) for key in (test.get("depends_on") or {}).get("nodes") or ()]
    known = {**manifest.tables, **manifest.sources}
    to = str(arguments.get("to") or "")
    return (
        _named(manifest, to, [key for key in read if key in known])
        if "field" in arguments
        else None
    )


def _note(
    demanded: Demanded, column: str, test: Node, namespace: str | None, where: str | None
) -> None:
    stated = test["test_metadata"]
    arguments = {
        key: value
        for key, value in (stated.get("kwargs") or {}).items()
        if key not in ("model", "column_name")
    }
    told = f"dbt test there: {f'{namespace}.' if namespace else ''}{stated.get('name')}"
    told += f" {_plain(arguments)}" if arguments else ""
    told += f" where {where}" if where else ""
    if column:
        demanded.column_notes.setdefault(column, []).append(told)
    else:
        demanded.notes.append(told)


def _plain(value: Mapping[str, Any]) -> str:
    pairs: Iterator[str] = (f"{key}: {one}" for key, one in value.items() if one not in (None, ""))
    return ", ".join(pairs)


def _code(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _file(test: Node) -> str:
    return str(test.get("original_file_path") or "")
