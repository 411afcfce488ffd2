"""Opens `manifest.json` and `catalog.json`, in the versions that are read, whole or in part."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog.errors import UsageError
from lineage.importing.dbt.shapes import NODE, fitted
from lineage.importing.facts import LeftOut

Node = Mapping[str, Any]
NEWEST = 12
FULLY_READ = 10
_VERSION = re.compile(r"manifest/v(\d+)")
_TABLES = ("model", "seed", "snapshot")


@dataclass(frozen=True)
class Manifest:
    """The parts of a dbt project by their unique ids, and the columns the database reported.

    `columns` has, by unique id, name and type of each column in the order of the table.
    """

    file: str
    version: int
    project: str
    adapter: str
    tables: Mapping[str, Node]
    sources: Mapping[str, Node]
    tests: Mapping[str, Node]
    metrics: Mapping[str, Node]
    semantic_models: Mapping[str, Node]
    exposures: Mapping[str, Node]
    groups: Mapping[str, Node]
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()


def open_manifest(file: Path, catalog: Path | None = None) -> Manifest:
    """A manifest with its catalog: the one named, else the one beside it where there is one.

    Versions 10 to 12 are read; of older ones what is there. UsageError says what was found where
    the file is none, or newer than what is known.
    """
    document = _document(file, "manifest.json")
    metadata = _mapping(document.get("metadata"))
    version = _version(file, metadata)
    if not isinstance(document.get("nodes"), Mapping):
        raise UsageError(f"{file} is not what dbt writes: it has no `nodes`")
    left: list[LeftOut] = []
    if version < FULLY_READ:
        left.append(LeftOut(f"manifest v{version}", "older than v10: what is there was read"))
    named = "manifest" in file.name
    beside = catalog or file.with_name(
        file.name.replace("manifest", "catalog") if named else "catalog.json"
    )
    reported: Mapping[str, Mapping[str, str]] = {}
    if catalog or (beside.exists() and beside != file):
        reported = dict(_reported(beside))
    else:
        reason = "not there, so types come from the manifest alone; `dbt docs generate` writes it"
        left.append(LeftOut(beside.name, reason))
    nodes = dict(_nodes(document, "nodes", left))
    kinds = ("sources", "metrics", "semantic_models", "exposures", "groups")
    parts = {kind: dict(_nodes(document, kind, left)) for kind in kinds}
    return Manifest(
        file.name,
        version,
        str(metadata.get("project_name") or _package(nodes) or file.stem),
        str(metadata.get("adapter_type") or ""),
        {key: node for key, node in nodes.items() if node.get("resource_type") in _TABLES},
        tests={key: node for key, node in nodes.items() if node.get("resource_type") == "test"},
        columns=reported,
        left_out=tuple(left),
        **parts,
    )


def _document(file: Path, name: str) -> Mapping[str, Any]:
    try:
        document = json.loads(file.read_text("utf-8"))
    except OSError as error:
        said = f"{file} cannot be read: {error.strerror}; `dbt docs generate` writes {name}"
        raise UsageError(said) from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is not JSON: {error}") from None
    if not isinstance(document, Mapping):
        raise UsageError(f"{file} is not what dbt writes: a {name} is one object")
    return document


def _version(file: Path, metadata: Mapping[str, Any]) -> int:
    stated = str(metadata.get("dbt_schema_version") or "")
    found = _VERSION.search(stated)
    if not found:
        said = f"`{stated}`" if stated else "no `metadata.dbt_schema_version`"
        raise UsageError(
            f"{file} is no manifest of dbt: found {said}, expected …/dbt/manifest/v10.json to "
            f"v{NEWEST}.json"
        )
    version = int(found[1])
    if version > NEWEST:
        raise UsageError(
            f"{file} is a manifest of version v{version}; v{FULLY_READ} to v{NEWEST} are read, and "
            "older ones as far as they go"
        )
    return version


def _nodes(
    document: Mapping[str, Any], kind: str, left: list[LeftOut]
) -> Iterator[tuple[str, Node]]:
    """The nodes of a kind that can be used: each has a name, an id and what else it must have."""
    found = document.get(kind)
    for key, node in found.items() if isinstance(found, Mapping) else ():
        if not isinstance(node, Mapping) or not isinstance(node.get("name"), str):
            left.append(LeftOut(f"{kind} {key}", "it has no `name`, so nothing can be made of it"))
        elif _mapping(node.get("config")).get("enabled") is not False:
            yield str(key), fitted(node, NODE)


def _reported(file: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    document = _document(file, "catalog.json")
    for kind in ("nodes", "sources"):
        for key, node in _mapping(document.get(kind)).items():
            columns = list(_mapping(_mapping(node).get("columns")).values())
            named = [one for one in columns if isinstance(one, Mapping) and one.get("name")]
            ordered = sorted(named, key=lambda one: _index(one.get("index")))
            yield str(key), {str(one["name"]): str(one.get("type") or "") for one in ordered}


def _index(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _package(nodes: Mapping[str, Node]) -> str | None:
    packages = [str(node["package_name"]) for node in nodes.values() if node.get("package_name")]
    return max(sorted(set(packages)), key=packages.count) if packages else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
