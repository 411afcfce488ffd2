"""OpenLineage events become drafts: what is valid adds up, what is not is refused one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from imported import drafts, empty_workspace, imports, problems

from catalog.cli import run
from catalog.model import Catalog
from catalog.workspace import open_workspace

FACET = {"_producer": "https://x.example", "_schemaURL": "https://x.example/f.json"}
PG = "postgres://reader:secret@db:5432"


def dataset(name: str, namespace: str = PG, **facets: Any) -> dict[str, Any]:
    stated = {name: {**FACET, **facet} for name, facet in facets.items()}
    return {"namespace": namespace, "name": name, "facets": stated}


def event(hour: int = 9, **parts: Any) -> dict[str, Any]:
    return {
        "eventTime": f"2026-11-20T{hour:02d}:00:00+03:00",
        "producer": "https://x.example",
        "schemaURL": "https://x.example/e.json",
        **parts,
    }


def written_by(job: str, inputs: list[Any], outputs: list[Any], hour: int = 9) -> dict[str, Any]:
    return event(hour, job={"namespace": "etl", "name": job}, inputs=inputs, outputs=outputs)


def used(field: str, subtype: str, kind: str = "DIRECT") -> dict[str, Any]:
    step = {"type": kind, "subtype": subtype}
    return {"namespace": PG, "name": "d.s.a", "field": field, "transformations": [step]}


A = dataset(
    "d.s.a", schema={"fields": [{"name": "x", "type": "int4"}, {"name": "Y", "type": "text"}]}
)
B = dataset(
    "d.s.b",
    documentation={"description": "Made nightly."},
    ownership={"owners": [{"name": "user:o@bank.example"}]},
    schema={"fields": [{"name": "s", "type": "struct", "fields": [{"name": "i", "type": "int"}]}]},
    columnLineage={
        "fields": {
            "x": {"inputFields": [used("x", "IDENTITY"), used("Y", "FILTER", "INDIRECT")]},
            "z": {"inputFields": [used("x", "TRANSFORMATION"), used("w", "AGGREGATION")]},
        }
    },
)  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return empty_workspace(tmp_path / "ws")


def lines(file: Path, *events: Any) -> Path:
    file.write_text("\n".join(e if isinstance(e, str) else json.dumps(e) for e in events))
    return file


def catalog_of(workspace: Path) -> Catalog:
    return open_workspace(workspace).load().catalog


def test_datasets_fields_and_lineage_come_out_of_events(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = lines(tmp_path / "e.ndjson", written_by("nightly", [A], [B]), event(dataset=A))
    imports(capsys, workspace)("openlineage", file)
    assert [one for one in problems(workspace) if one.level == "error"] == []
    catalog = catalog_of(workspace)
    (source,) = catalog.sources.values()
    assert (source.connector, source.status) == ("postgres", "draft")
    one, other = (catalog.datasets[f"{source.key}.d_s_{name}"] for name in "ab")
    assert (one.table, other.table) == ("s.a", "s.b")
    assert [(field.key, field.type) for field in one.fields] == [
        ("x", "integer"),
        ("Y", "text"),
        ("w", "text"),
    ]
    assert (other.definition, other.owner) == ("Made nightly.", "o@bank.example")
    assert other.derived_from == (one.path,)
    assert "Written by job etl/nightly." in (other.notes or "")
    fields = {field.key: field for field in other.fields}
    assert fields["x"].copy_of == f"{one.path}.x"
    assert fields["z"].derived_from == (f"{one.path}.w", f"{one.path}.x")
    assert "A structure, read as text: i (int)." in (fields["s"].notes or "")
    assert b"secret" not in b"".join(drafts(workspace).values())


def test_wrong_events_are_refused_one_by_one_and_the_others_imported(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {**event(dataset=A), "eventTime": "today"}
    file = lines(tmp_path / "e.ndjson", event(dataset=A), "", "{", wrong, "[]")
    told = imports(capsys, workspace)("openlineage", file, expected=1)["files"][0]
    places = {one["place"]: one["reason"] for one in told["refused"]}
    assert list(places) == ["e.ndjson:3", "e.ndjson:4", "e.ndjson:5"]
    assert places["e.ndjson:4"] == 'eventTime: "today" is no date-time'
    assert "not JSON" in places["e.ndjson:3"]
    assert told["brought"] == {"sources": 1, "datasets": 1, "fields": 2}


def test_an_array_and_a_single_event_are_read_as_lines_are(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    array, single = tmp_path / "a.json", tmp_path / "s.json"
    array.write_text(json.dumps([event(dataset=A), {}], indent=1))
    single.write_text("\ufeff" + json.dumps(event(dataset=B), indent=1), "utf-8")
    told = imports(capsys, workspace)("openlineage", array, single, expected=1)["files"][0]
    assert [one["place"] for one in told["refused"]] == ["a.json, event 2"]
    assert told["brought"]["datasets"] == 2


def test_the_latest_event_speaks_whatever_the_order_of_lines(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = dataset("d.s.a", documentation={"description": "Old."})
    new = dataset("d.s.a", documentation={"description": "New."})
    file = lines(tmp_path / "e.ndjson", event(10, dataset=new), event(9, dataset=old))
    imports(capsys, workspace)("openlineage", file)
    (found,) = catalog_of(workspace).datasets.values()
    assert found.definition == "New."


def test_imports_of_events_add_up_and_nothing_vanishes(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = imports(capsys, workspace)
    first = lines(tmp_path / "1.ndjson", written_by("one", [A], [B]))
    second = lines(tmp_path / "2.ndjson", written_by("two", [dataset("d.s.c")], [dataset("d.s.b")]))
    call("openlineage", first)
    told = call("openlineage", second)["files"][0]
    assert {one["how"] for one in told["changes"]} == {"new", "updated"}
    catalog = catalog_of(workspace)
    (source,) = catalog.sources
    found = catalog.datasets[f"{source}.d_s_b"]
    assert found.derived_from == (f"{source}.d_s_a", f"{source}.d_s_c")
    assert found.definition == "Made nightly."
    assert (found.notes or "").count("Written by job") == 2
    state = drafts(workspace)
    for file in (first, second, first):
        assert call("openlineage", file)["files"][0]["written"] == []
    assert drafts(workspace) == state


def test_an_event_that_was_exported_comes_back_to_the_same_name(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    namespace = "my-namespace"
    file = lines(tmp_path / "e.json", event(dataset=dataset("inst.s.t", namespace)))
    imports(capsys, workspace)("openlineage", file)
    out = tmp_path / "out.ndjson"
    assert run(["export", "openlineage", "-w", str(workspace), "--output", str(out)]) == 0
    (line,) = out.read_text("utf-8").splitlines()
    made = json.loads(line)["dataset"]
    assert (made["namespace"], made["name"]) == (namespace, "inst.s.t")


def test_the_events_of_the_specification_are_imported(
    shared_data: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shared_data / "openlineage"
    files = [
        *sorted((folder / "events").glob("*.json")),
        folder / "spec/tests/example_full_event.json",
    ]
    call = imports(capsys, workspace)
    told = call("openlineage", *files, expected=1)["files"][0]
    assert len(told["refused"]) == 6
    assert all(one["reason"] for one in told["refused"])
    assert told["brought"] == {"sources": 2, "datasets": 5, "fields": 1}
    state = drafts(workspace)
    call("openlineage", *reversed(files), expected=1)
    assert drafts(workspace) == state


def test_what_cannot_be_read_at_all_is_refused(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty, latin = tmp_path / "empty.json", tmp_path / "latin.json"
    empty.write_text("\n")
    latin.write_bytes('{"a": "ş"}'.encode("iso-8859-9"))
    assert run(["import", "openlineage", str(empty), "-w", str(workspace)]) == 64
    assert "holds no event" in capsys.readouterr().err
    assert run(["import", "openlineage", str(latin), "-w", str(workspace)]) == 64
    assert "not UTF-8" in capsys.readouterr().err
