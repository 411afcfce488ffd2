"""Files in which anything may be anything are read or refused, never a fault."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import UsageError
from lineage.exchange.openlineage.rules import faults_of
from lineage.importing.dbt.reading import read_dbt
from lineage.importing.facts import Brought
from lineage.importing.odcs.reading import read_contract

Steps = tuple[str | int, ...]
JUNK = [None, 5, "x", [], {}, [None], [5], {"a": None}, True, ["x"], [{}], 1e300]
FILES = {
    "manifest": {
        "metadata": {"dbt_schema_version": "…/dbt/manifest/v12.json", "adapter_type": "postgres"},
        "sources": {
            "source.p.s.t": {
                **{"name": "t", "source_name": "s", "meta": {"owner": {"email": "a"}}},
                "freshness": {"warn_after": {"count": 1, "period": "day"}},
                "columns": {"a": {"name": "a", "constraints": [{"type": "not_null"}]}},
            }
        },
        "nodes": {
            "model.p.m": {
                **{"resource_type": "model", "name": "m", "schema": "s", "tags": ["a"]},
                **{"compiled_code": "select a from t", "depends_on": {"nodes": ["source.p.s.t"]}},
                **{"constraints": [{"type": "primary_key", "columns": ["a"]}], "primary_key": []},
            },
            "test.p.t": {
                **{"resource_type": "test", "name": "n", "attached_node": "model.p.m"},
                "test_metadata": {"name": "accepted_values", "kwargs": {"column_name": "a", "values": [1]}},
            },
        },
        "exposures": {"e": {"name": "e", "owner": {"name": "o"}, "depends_on": {"nodes": ["x"]}}},
        "semantic_models": {
            "s": {
                **{"name": "s", "depends_on": {"nodes": ["model.p.m"]}},
                **{"measures": [{"name": "c", "agg": "sum"}], "dimensions": [{"name": "d"}]},
            }
        },
        "metrics": {
            "m": {
                **{"name": "m", "type": "simple", "type_params": {"measure": {"name": "c"}}},
                "filter": {"where_filters": [{"where_sql_template": "{{ Dimension('s__d') }} > 1"}]},
            }
        },
    },
    "contract": {
        **{"kind": "DataContract", "apiVersion": "v3.1.0", "id": "i", "name": "n"},
        "team": {"name": "t", "members": [{"username": "u", "role": "owner"}]},
        "servers": [{"server": "s", "type": "postgres", "schema": "p"}],
        "slaProperties": [{"property": "frequency", "value": 1, "unit": "d", "element": "t.a"}],
        "customProperties": [{"property": "tekdogru", "value": {"key": "k", "kind": "files"}}],
        "schema": [
            {
                **{"name": "t", "quality": [{"metric": "rowCount", "mustBe": 1}]},
                "properties": [
                    {
                        **{"name": "a", "primaryKey": True, "primaryKeyPosition": 1},
                        **{"logicalType": "string", "logicalTypeOptions": {"maxLength": 3}},
                        "relationships": [{"to": "t.a"}],
                        "transformSourceObjects": ["t.a"],
                        "quality": [
                            {"metric": "invalidValues", "arguments": {"validValues": [1]}, "mustBe": 0}
                        ],
                        "items": {"properties": [{"name": "x"}]},
                    }
                ],
            }
        ],
    },
}  # fmt: skip


def ways(value: Any, way: Steps = ()) -> Iterator[Steps]:
    """The way to every part of a document."""
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, one in pairs:
        yield (*way, key)
        yield from ways(one, (*way, key))


def changed(document: Any, changes: list[tuple[Steps, Any]]) -> Any:
    """The document with junk in some places, as far as they are still there."""
    made = copy.deepcopy(document)
    for way, junk in changes:
        part = made
        for step in way[:-1]:
            inside = isinstance(part, dict) and step in part
            inside = inside or (
                isinstance(part, list) and isinstance(step, int) and step < len(part)
            )
            part = part[step] if inside else {}
        last = way[-1]
        fits = isinstance(part, list) and isinstance(last, int) and last < len(part)
        if fits or isinstance(part, dict):
            part[last] = copy.deepcopy(junk)
    return made


@pytest.mark.parametrize("name", list(FILES))
@settings(max_examples=50)
@given(data=st.data())
def test_junk_anywhere_is_read_or_refused(
    name: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    places = st.tuples(st.sampled_from(list(ways(FILES[name]))), st.sampled_from(JUNK))
    document = changed(FILES[name], data.draw(st.lists(places, min_size=1, max_size=3)))
    file = tmp_path_factory.getbasetemp() / f"junk_{name}.yaml"
    file.write_text(json.dumps(document))
    read = read_dbt if name == "manifest" else read_contract
    with suppress(UsageError):
        assert isinstance(read(file), Brought)


CATALOG = {
    "nodes": {
        "model.p.m": {
            "metadata": {"type": "table"},
            "columns": {
                "b": {"name": "b", "type": "integer", "index": 2},
                "a": {"name": "a", "type": "text", "index": 1},
            },
        }
    },
    "sources": {"source.p.s.t": {"columns": {"a": {"name": "a", "type": "date"}}}},
}


@settings(max_examples=30)
@given(data=st.data())
def test_junk_in_what_the_database_reported_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    places = st.tuples(st.sampled_from(list(ways(CATALOG))), st.sampled_from(JUNK))
    reported = changed(CATALOG, data.draw(st.lists(places, min_size=1, max_size=3)))
    manifest, catalog = (tmp_path_factory.getbasetemp() / name for name in ("m.json", "c.json"))
    manifest.write_text(json.dumps(FILES["manifest"]))
    catalog.write_text(json.dumps(reported))
    with suppress(UsageError):
        assert isinstance(read_dbt(manifest, catalog), Brought)


def test_a_column_that_the_database_reported_without_a_name_is_left_out(tmp_path: Path) -> None:
    manifest, catalog = tmp_path / "manifest.json", tmp_path / "catalog.json"
    manifest.write_text(json.dumps(FILES["manifest"]))
    odd = {"x": {"type": "integer"}, "y": 5, "z": {"name": "", "index": "one"}}
    for columns in (odd, {**odd, "a": {"name": "a", "type": "date", "index": None}}):
        catalog.write_text(json.dumps({"sources": {"source.p.s.t": {"columns": columns}}}))
        found = [
            (one.name, one.type)
            for source in read_dbt(manifest, catalog).sources
            for dataset in source.datasets
            for one in dataset.fields
            if dataset.name == "source.p.s.t"
        ]
        assert found == ([("a", "date")] if "a" in columns else [("a", "text")])


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["run", "job", "dataset", "facets", "inputs", "name"]), inner, max_size=3)))  # fmt: skip
def test_any_json_is_an_event_or_has_faults(document: Any) -> None:
    assert faults_of(document)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 5_000 + "1" + "}" * 5_000])
def test_what_is_nested_far_too_deep_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "deep.json"
    file.write_text(text)
    for read in (read_dbt, read_contract):
        with pytest.raises(UsageError, match=r"deep\.json"):
            read(file)


def test_a_contract_of_aliases_that_multiply_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    file = tmp_path / "bomb.yaml"
    file.write_text("\n".join(["kind: DataContract", "apiVersion: v3.1.0", *lines]))
    with pytest.raises(UsageError, match="aliases may not multiply"):
        read_contract(file)


def test_the_files_without_junk_are_read_whole(tmp_path: Path) -> None:
    manifest, contract = tmp_path / "manifest.json", tmp_path / "contract.yaml"
    manifest.write_text(json.dumps(FILES["manifest"]))
    contract.write_text(yaml.safe_dump(FILES["contract"]))
    assert len(read_dbt(manifest).sources) == 2
    assert len(read_contract(contract).sources[0].datasets[0].fields) == 1
