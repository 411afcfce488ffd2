"""The API does what its OpenAPI document says, whatever it is asked (schemathesis)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from bank_pages import AGREE, result
from hypothesis import HealthCheck, given, settings
from kept_runs import record
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from services import service_workspace, token

from catalog.service.app import openapi_document
from catalog.store.runs import RunStore
from lineage.service_commands import make_service

EXAMPLES = 25
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> schemathesis.BaseSchema:
    """The API of the small workspace with a run, as its own document describes it."""
    workspace = service_workspace(tmp_path_factory.mktemp("conformance") / "w")
    RunStore(workspace.state_url).save(
        record(1, result("measure:active/computes"), result(AGREE, "fail", violations=3))
    )
    app, _ = make_service(workspace, "en", open_here=True)
    header = {"Authorization": f"Bearer {token(workspace)}"}
    loaded = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, headers=header)
    loaded.config.update(headers=header)
    return loaded


KNOWN = {
    "urn": ["attribute:customer.email", "cell:monthly/a", "measure:active", "source:hidden"],
    "run": ["latest"],
}


def cases() -> Iterator[tuple[str, GenerationMode]]:
    """Each route as its document says; and otherwise, where it has parameters that can be wrong."""
    for path, operations in sorted(openapi_document()["paths"].items()):
        yield path, GenerationMode.POSITIVE
        if any(one["in"] == "query" for one in operations["get"].get("parameters", ())):
            yield path, GenerationMode.NEGATIVE


@pytest.mark.long
@pytest.mark.parametrize(("path", "mode"), list(cases()))
def test_every_answer_is_one_that_the_document_promises(
    api: schemathesis.BaseSchema, path: str, mode: GenerationMode
) -> None:
    """Asked as the document says and otherwise, with made-up names and with those that exist."""

    @given(case=api[path]["GET"].as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS)
        for name in KNOWN.keys() & case.path_parameters.keys():
            for known in KNOWN[name]:
                case.path_parameters[name] = known
                case.call_and_validate(checks=CHECKS)

    ask()


def test_every_route_of_the_api_is_a_typed_answer_to_get() -> None:
    for path, operations in openapi_document()["paths"].items():
        assert set(operations) == {"get"}, path
        told = operations["get"]["responses"]
        assert "$ref" in told["200"]["content"]["application/json"]["schema"], path
        assert {"401", "404", "422", "503"} <= set(told), path
