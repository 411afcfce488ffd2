"""OpenLineage events: the specification's examples, and our own, which keep to it."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from bank_pages import bank_run, result

from catalog.cli import run
from catalog.model import Catalog
from catalog.results import Result
from catalog.sample.bank import create_bank
from catalog.visibility import visible_to
from catalog.workspace import open_workspace
from lineage.exchange.openlineage.rules import faults_of
from lineage.exchange.openlineage.stating import dataset_events, run_event
from lineage.graph import build_lineage

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
EVENT: dict[str, Any] = {
    "eventType": "COMPLETE",
    "eventTime": "2026-11-20T09:00:00Z",
    "run": {"runId": "41fb5137-f0fd-4ee5-ba5c-56f8571d1bd7"},
    "job": {"namespace": "n", "name": "j"},
    "inputs": [],
    "outputs": [],
    "producer": "https://x.example",
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
}
FACET = {"_producer": "https://x.example", "_schemaURL": "https://x.example/f.json"}
CONTAINERS = {
    "RunFacet": ("run", "facets"),
    "JobFacet": ("job", "facets"),
    "InputDatasetFacet": ("inputs", "inputFacets"),
    "OutputDatasetFacet": ("outputs", "outputFacets"),
    "DatasetFacet": ("outputs", "facets"),
}
MAIL = "attribute:customer.email"
FOUND: tuple[Result, ...] = (
    result("dataset:core.customers/id", "pass", urn="dataset:core.customers", samples=("0000123",)),
    result(f"{MAIL}/type:core.customers.e_mail", "fail", urn=MAIL),
    result(f"{MAIL}/agree:core.customers.e_mail~crm.customers.email", "warn", urn=MAIL),
    result("dataset:crm.customers/fresh", "unknown", urn="dataset:crm.customers"),
    result(f"{MAIL}/required", "error"),
)  # fmt: skip


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bank")
    create_bank(folder, customers=100, as_of=date(2026, 11, 20))
    return folder


@pytest.fixture(scope="module")
def catalog(bank: Path) -> Catalog:
    return open_workspace(bank).load().catalog


def with_facet(container: str, name: str, facet: Any) -> dict[str, Any]:
    """An event that carries one facet where facets of its kind stand."""
    event = copy.deepcopy(EVENT)
    part, facets = CONTAINERS[container]
    if part in ("inputs", "outputs"):
        event[part] = [{"namespace": "n", "name": "d", facets: {name: facet}}]
    else:
        event[part][facets] = {name: facet}
    return event


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"run": {}}, ["run: `runId` is missing"]),
        ({"run": {"runId": "4711"}}, ['run.runId: "4711" is no uuid']),
        ({"eventTime": "yesterday"}, ['eventTime: "yesterday" is no date-time']),
        ({"eventTime": "2026-11-20T09:00:00"}, ['eventTime: "2026-11-20T09:00:00" is no date-time']),
        ({"eventType": "DONE"}, ['eventType: "DONE" is none of START, RUNNING, COMPLETE, ABORT, FAIL, OTHER']),
        ({"job": {"name": 4}}, ["job: `namespace` is missing", "job.name: 4 is not of type string"]),
        ({"inputs": {}}, ["inputs: {} is not of type array"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_event_is_said_with_its_place(
    change: dict[str, Any], said: list[str]
) -> None:
    assert faults_of({**EVENT, **change}) == said


@pytest.mark.parametrize("event", [[], "x", None, {}, {"eventTime": "2026-11-20T09:00:00Z"}])
def test_what_is_no_event_at_all_is_refused(event: Any) -> None:
    assert len(faults_of(event)) == 1


def test_facets_that_nobody_knows_need_only_what_every_facet_has() -> None:
    assert faults_of(with_facet("RunFacet", "ours", {**FACET, "x": 1})) == []
    assert faults_of(with_facet("RunFacet", "ours", {"x": 1})) != []


def test_a_facet_that_is_deleted_need_not_hold_anything() -> None:
    assert faults_of(with_facet("DatasetFacet", "ownership", {**FACET, "_deleted": True})) == []
    assert faults_of(with_facet("DatasetFacet", "ownership", {**FACET, "owners": [{}]})) != []


def test_all_valid_events_of_the_specification_are_accepted_and_all_others_refused(
    shared_data: Path,
) -> None:
    folder = shared_data / "openlineage"
    files = [*(folder / "events").glob("*.json"), folder / "spec/tests/example_full_event.json"]
    found = {file.stem: faults_of(json.loads(file.read_text("utf-8"))) for file in files}
    assert {name for name, faults in found.items() if not faults} == {
        "event_simple",
        "event_full",
        "example_full_event",
    }
    assert {name: faults for name, faults in found.items() if faults} == {
        "event_invalid_dataset_facet": ["outputs.0.facets.ownership.owners.0: `name` is missing"],
        "event_invalid_input_dataset_facet": [
            "inputs.0.inputFacets.dataQualityMetrics: `columnMetrics` is missing"
        ],
        "event_invalid_job_facet": ["job.facets.ownership.owners.0: `name` is missing"],
        "event_invalid_output_dataset_facet": [
            'outputs.0.outputFacets.outputStatistics.rowCount: "wrong" is not of type integer'
        ],
        "event_invalid_run_facet": ["run.facets.parent.run: `runId` is missing"],
        "event_no_run_id": ["run: `runId` is missing"],
    }


def test_every_example_of_a_facet_is_accepted_where_it_belongs(shared_data: Path) -> None:
    files = [
        file
        for file in (shared_data / "openlineage/spec/tests").rglob("*.json")
        if file.parent.name.endswith("Facet")
    ]
    wrong = {}
    for file in files:
        kind = file.parent.name
        for name, facet in json.loads(file.read_text("utf-8")).items():
            ends = [one for one in CONTAINERS if kind.endswith(one)]
            containers = ends or ["JobFacet", "DatasetFacet"]
            faults = [faults_of(with_facet(one, name, facet)) for one in containers]
            if all(faults):
                wrong[f"{kind}/{file.name}"] = faults
    assert len(files) > 30
    assert wrong == {}


def test_events_of_the_sample_bank_keep_to_the_specification(catalog: Catalog) -> None:
    events = dataset_events(catalog, build_lineage(catalog), NOW, visible_to(catalog))
    assert [fault for event in events for fault in faults_of(event)] == []
    names = {(e["dataset"]["namespace"], e["dataset"]["name"]): e["dataset"] for e in events}
    golden = names["tekdogru://golden", "customer"]["facets"]
    origins = golden["columnLineage"]["fields"]["email"]["inputFields"]
    named = {(one["namespace"], one["name"], one["field"]) for one in origins}
    assert ("tekdogru://source/core", "customers", "e_mail") in named
    assert "tekdogru://source/crm" in {namespace for namespace, _, _ in named}
    steps = {step["type"] for one in origins for step in one["transformations"]}
    assert steps == {"DIRECT", "INDIRECT"}
    cells = names["tekdogru://reports", "retail_monthly"]["facets"]["columnLineage"]["fields"]
    assert any(
        one["namespace"] == "tekdogru://measures"
        for cell in cells.values()
        for one in cell["inputFields"]
    )


def test_what_an_audience_may_not_see_is_in_no_event(catalog: Catalog) -> None:
    everything = visible_to(catalog)
    seen = {urn: one for urn, one in everything.items() if "e_mail" not in urn}
    lineage = build_lineage(catalog)
    assert "e_mail" in json.dumps(dataset_events(catalog, lineage, NOW, everything))
    assert "e_mail" not in json.dumps(dataset_events(catalog, lineage, NOW, seen))


def test_what_an_audience_may_not_see_is_in_no_event_of_a_run(catalog: Catalog) -> None:
    hidden = ("dataset:core.customers", "field:core.customers", "source:core")
    seen = {urn: one for urn, one in visible_to(catalog).items() if not urn.startswith(hidden)}
    event = run_event(catalog, bank_run(FOUND), seen)
    assert {one["namespace"] for one in event["inputs"]} == {
        "tekdogru://source/crm",
        "tekdogru://golden",
    }
    nobody = run_event(catalog, bank_run(FOUND), {})
    assert nobody["inputs"] == []


def test_a_run_tells_what_it_found_of_each_dataset_and_nothing_of_what_is_unknown(
    catalog: Catalog,
) -> None:
    record = bank_run(FOUND)
    event = run_event(catalog, record, visible_to(catalog))
    assert faults_of(event) == []
    told = {
        one["name"]: one
        for dataset in event["inputs"]
        for one in (dataset["inputFacets"].get("dataQualityAssertions") or {}).get("assertions", ())
    }
    assert {name: one["success"] for name, one in told.items()} == {
        "dataset:core.customers/id": True,
        f"{MAIL}/type:core.customers.e_mail": False,
        f"{MAIL}/agree:core.customers.e_mail~crm.customers.email": True,
    }
    assert told[f"{MAIL}/type:core.customers.e_mail"]["column"] == "e_mail"
    looked_at = {(one["namespace"], one["name"]) for one in event["inputs"]}
    assert looked_at == {
        ("tekdogru://source/core", "customers"),
        ("tekdogru://source/crm", "customers"),
        ("tekdogru://golden", "customer"),
    }
    assert "0000123" not in json.dumps(event)
    assert run_event(catalog, record, visible_to(catalog)) == event


def test_a_run_of_unknowns_asserts_nothing(catalog: Catalog) -> None:
    unknown = tuple(one.model_copy(update={"verdict": "unknown"}) for one in FOUND)
    event = run_event(catalog, bank_run(unknown), visible_to(catalog))
    assert faults_of(event) == []
    assert "assertions" not in json.dumps(event)


def test_events_are_written_one_a_line_and_a_run_that_is_not_kept_is_refused(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "events.ndjson"
    assert run(["export", "openlineage", "-w", str(bank), "--output", str(file)]) == 0
    lines = file.read_text("utf-8").splitlines()
    assert all(not faults_of(json.loads(line)) for line in lines)
    assert run(["export", "openlineage", "-w", str(bank), "--run", "last"]) == 64
    assert "no run is kept yet; `tekdogru check` makes one" in capsys.readouterr().err
