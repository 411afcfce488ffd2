"""The read API: who may ask, what it answers, and how it says that it cannot."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bank_pages import PAGES_DAY, result
from bank_portrait import keep_portrait
from fastapi.testclient import TestClient
from kept_runs import record
from services import DEFINITIONS, FILE, service_workspace, token

from catalog.store.runs import RunStore
from catalog.store.tokens import TokenStore
from catalog.workspace import Workspace
from lineage.service_commands import make_service

API = "/api/v1"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The workspace with two runs, the later of which looked at restricted things, too."""
    opened = service_workspace(tmp_path_factory.mktemp("api") / "w")
    store = RunStore(opened.state_url)
    store.save(record(1, result("measure:active/computes")))
    store.save(
        record(
            2,
            result("attribute:customer.email/required", "fail", violations=7, samples=("s1",)),
            result("attribute:customer.score/required", "fail", violations=9),
            result("attribute:customer.city/values:hidden.t.f", "fail"),
            result("measure:active/computes", "warn"),
        )
    )
    return opened


def client_of(workspace: Workspace, scope: Any = "read") -> TestClient:
    app, _ = make_service(workspace, "en", open_here=True)
    header = {"Authorization": f"Bearer {token(workspace, scope)}"} if scope else {}
    return TestClient(app, "http://127.0.0.1", headers=header, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def reader(workspace: Workspace) -> TestClient:
    return client_of(workspace)


@pytest.fixture(scope="module")
def writer(workspace: Workspace) -> TestClient:
    return client_of(workspace, "write")


@pytest.fixture(scope="module")
def anonymous(workspace: Workspace) -> TestClient:
    return client_of(workspace, None)


def get(client: TestClient, path: str, expected: int = 200, **parameters: Any) -> Any:
    answer = client.get(f"{API}/{path}", params=parameters or None)
    assert answer.status_code == expected, answer.text
    if expected >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == expected
        assert answer.json()["instance"].startswith(API)
    return answer.json()


def urns(answer: Any) -> list[str]:
    return [one["urn"] for one in answer["definitions"]]


# who may ask


@pytest.mark.parametrize(
    "path", ["definitions", "runs", "results", "search?q=a", "openapi.json", "expiring", "truth",
             "definitions/attribute:customer.email", "lineage/attribute:customer.email"]
)  # fmt: skip
@pytest.mark.parametrize(
    "header", [None, "Bearer wrong", "Bearer td_00000000_x", "Basic abc", "Bearer"]
)
def test_without_a_valid_token_nothing_is_told(
    anonymous: TestClient, path: str, header: str | None
) -> None:
    answer = anonymous.get(f"{API}/{path}", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "customer" not in answer.json()["detail"]


def test_an_expired_or_revoked_token_opens_nothing_from_then_on(workspace: Workspace) -> None:
    client, store = client_of(workspace, None), TokenStore(workspace.state_url)
    now = workspace.clock.now()
    _, old = store.issue("old", "read", now - timedelta(days=2), now - timedelta(days=1))
    issued, fresh = store.issue("fresh", "read", now, now + timedelta(days=1))
    ask = lambda secret: client.get(f"{API}/runs", headers={"Authorization": f"Bearer {secret}"})  # noqa: E731
    assert (ask(old).status_code, ask(fresh).status_code) == (401, 200)
    store.revoke(issued.key, now)
    assert ask(fresh).status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_to_everybody(anonymous: TestClient, path: str) -> None:
    assert anonymous.get(path).status_code == 200


def test_what_a_run_was_asked_for_names_nothing_restricted(tmp_path: Path) -> None:
    workspace = service_workspace(tmp_path / "w")
    asked = "attribute:customer.score*, attribute:customer.email, period 2026-10"
    kept = record(3, selection=asked).model_copy(update={"note": "attribute:customer.score"})
    RunStore(workspace.state_url).save(kept)
    client = client_of(workspace)
    for path in ("runs", f"runs/{kept.run}"):
        text = client.get(f"{API}/{path}").text
        assert "customer.score" not in text
        assert "(not shown), attribute:customer.email, period 2026-10" in text


def test_a_reader_learns_nothing_of_what_is_restricted(
    reader: TestClient, writer: TestClient
) -> None:
    """Neither by lists nor by name, nor as a neighbour, a result, a sample or a hint."""
    everything = [
        reader.get(f"{API}/{path}").text
        for path in (
            "definitions?limit=200", "runs/latest", "results", "lineage/source:core",
            "definitions/dataset:core.customers", "definitions/attribute:customer.city",
            "impact/field:core.customers.score", "search?q=few", "search?q=hidden", "expiring?within=5y", "truth",
            "definitions/attribute:customer.scor",
        )
    ]  # fmt: skip
    for text in everything:
        assert "customer.score" not in text
        assert "hidden.t" not in text
        assert "source:hidden" not in text
        assert "s1" not in text
    get(reader, "definitions/attribute:customer.score", 404)
    get(reader, "lineage/source:hidden", 404)
    assert "attribute:customer.score" in urns(get(writer, "definitions", limit=200))
    assert get(writer, "definitions/attribute:customer.score")["document"]["name"] == "Score"
    assert len(get(writer, "runs/latest")["results"]) == 4


# what it answers


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"kind": "measure"}, ["measure:active"]),
        ({"kind": ["measure", "report"]}, ["measure:active", "report:monthly"]),
        ({"kind": "attribute", "owner": "retail"}, ["attribute:customer.city"]),
        ({"kind": "attribute", "team": "retail"}, ["attribute:customer.city", "attribute:customer.email"]),
        ({"tag": "contact"}, ["attribute:customer.email"]),
        ({"expired": "true"}, ["attribute:customer.city"]),
        ({"text": "ISTANBUL"}, ["attribute:customer.city"]),
        ({"text": "İLÇESİ"}, ["attribute:customer.city"]),
        ({"text": "eposta"}, ["attribute:customer.email"]),
        ({"status": "retired"}, []),
        ({"owner": "nobody"}, []),
    ],
)  # fmt: skip
def test_filters_narrow_the_list_of_definitions(
    reader: TestClient, filters: dict[str, Any], found: list[str]
) -> None:
    assert urns(get(reader, "definitions", **filters)) == found


def test_pages_of_definitions_join_without_gap_or_repetition(reader: TestClient) -> None:
    whole = urns(get(reader, "definitions", limit=200))
    for limit in (1, 3, len(whole) - 1, len(whole)):
        joined, cursor = [], None
        while True:
            more = {"cursor": cursor} if cursor else {}
            answer = get(reader, "definitions", limit=limit, **more)
            joined += urns(answer)
            cursor = answer["next"]
            if cursor is None:
                break
        assert joined == whole == sorted(whole)


def test_a_definition_comes_with_all_that_its_page_says(reader: TestClient) -> None:
    page = get(reader, "definitions/attribute:customer.email")
    assert page["definition"]["file"] == FILE
    assert (
        DEFINITIONS.splitlines()[page["definition"]["line"] - 1].strip() == "- key: customer.email"
    )
    assert [claim["field"] for claim in page["document"]["claims"]] == ["core.customers.email"]
    assert page["contact"]["holder"] == "ayse@bank.example"
    assert page["usability"]["level"] == "dont"
    assert page["usability"]["reasons"]
    assert [one["urn"] for one in page["rests_on"]] == ["field:core.customers.email"]
    (found,) = page["results"]
    assert (found["verdict"], found["violations"], found["samples"]) == ("fail", 7, [])


def test_parts_have_addresses_of_their_own_even_with_a_slash_in_their_key(
    reader: TestClient,
) -> None:
    assert get(reader, "definitions/report:monthly")["parts"] == ["cell:monthly/a"]
    assert get(reader, "definitions/cell:monthly/a")["definition"]["name"] == "Active"
    assert get(reader, "definitions/cell:monthly%2Fa")["definition"]["name"] == "Active"


def test_costs_and_connections_are_not_for_readers(tmp_path: Path) -> None:
    workspace = service_workspace(tmp_path / "w")
    file = workspace.root / FILE
    text = file.read_text("utf-8").replace("head: head}", "head: head, cost_per_hour: 480}")
    file.write_text(text.replace("name: Core banking", "name: Core banking\n    url: ${CORE_URL}"))
    told = get(client_of(workspace), "definitions/team:retail")["document"]
    assert "cost_per_hour" not in told
    assert "url" not in get(client_of(workspace), "definitions/source:core")["document"]
    assert (
        get(client_of(workspace, "write"), "definitions/source:core")["document"]["url"]
        == "${CORE_URL}"
    )


def test_what_has_not_changed_is_not_sent_again(reader: TestClient) -> None:
    path = f"{API}/definitions/measure:active"
    tag = reader.get(path).headers["etag"]
    again = reader.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert (
        reader.get(f"{API}/definitions/report:monthly", headers={"If-None-Match": tag}).status_code
        == 200
    )


def test_runs_are_listed_newest_first_page_by_page(reader: TestClient) -> None:
    first = get(reader, "runs", limit=1)
    second = get(reader, "runs", limit=1, cursor=first["next"])
    assert [one["as_of"] for one in (*first["runs"], *second["runs"])] == [
        "2026-01-03",
        "2026-01-02",
    ]
    assert second["next"] is None
    run = first["runs"][0]["run"]
    assert get(reader, f"runs/{run}")["run"] == get(reader, "runs/latest")["run"] == run
    get(reader, "runs/nothing", 404)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, 2), ({"verdict": "fail"}, 1), ({"verdict": ["fail", "warn"]}, 2), ({"kind": "computes"}, 1),
        ({"urn": "measure:active"}, 1), ({"severity": "info"}, 0), ({"owner": "head"}, 2),
    ],
)  # fmt: skip
def test_filters_narrow_the_results_of_a_run(
    reader: TestClient, filters: dict[str, Any], found: int
) -> None:
    assert len(get(reader, "results", **filters)["results"]) == found


def test_lineage_goes_one_way_and_as_far_as_asked(reader: TestClient) -> None:
    def ask(**more: Any) -> set[str]:
        answer = get(reader, "lineage/attribute:customer.city", **more)
        return {one["urn"] for one in answer["nodes"]}

    up, down, both = ask(direction="up"), ask(direction="down"), ask()
    assert "field:core.customers.city" in up
    assert {"measure:active", "cell:monthly/a", "report:monthly", "team:retail"} <= down
    assert both == up | down
    assert ask(direction="down", depth=1) == {"attribute:customer.city", "measure:active"}


def test_impact_names_the_ends_and_the_way_there(reader: TestClient) -> None:
    reached = get(reader, "impact/attribute:customer.city")
    (cell,) = reached["cells"]
    assert cell["path"] == ["attribute:customer.city", "measure:active", "cell:monthly/a"]
    assert [one["urn"] for one in reached["teams"]] == ["team:retail"]


@pytest.mark.parametrize(
    ("query", "first"),
    [("müşterilerin", "measure:active"), ("ISTANBUL ilcesi", "attribute:customer.city"),
     ("mail", "attribute:customer.email"), ("aktif müşteri", "measure:active")],
)  # fmt: skip
def test_search_finds_by_any_spelling_and_by_synonyms(
    reader: TestClient, query: str, first: str
) -> None:
    assert get(reader, "search", q=query)["found"][0]["urn"] == first


def test_what_falls_due_is_told_by_owner_or_team(reader: TestClient) -> None:
    (only,) = get(reader, "expiring", within="30d")["groups"]
    assert (only["key"], [one["urn"] for one in only["definitions"]]) == (
        "retail",
        ["attribute:customer.city"],
    )
    assert only["definitions"][0]["days"] == -20
    later = get(reader, "expiring", within="1y", by="team")["groups"]
    assert [group["key"] for group in later] == ["retail"]
    assert len(later[0]["definitions"]) == 4


# how it says that it cannot


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("definitions?kind=nonsense", 422, "request"), ("definitions?limit=0", 422, "request"),
        ("definitions?limit=201", 422, "request"), ("definitions?kinds=attribute", 422, "did you mean 'kind'"),
        ("definitions?cursor=abc", 422, "cursor"), ("definitions?cursor=WyJhIiwgImIiXQ", 422, "cursor"),
        ("runs?cursor=WyJhIiwgImIiXQ", 422, "cursor"), ("search?q=", 422, "request"), ("search", 422, "request"),
        ("expiring?within=soon", 422, "request"), ("lineage/attribute:x?depth=0", 422, "request"),
        ("definitions/attribute:customer.emial", 404, "did you mean 'attribute:customer.email'"),
        ("nothing/here", 404, "openapi.json lists"), ("runs/%00", 422, "request"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_request_is_told(
    reader: TestClient, path: str, status: int, said: str
) -> None:
    assert said in get(reader, path, status)["detail"]


def test_another_method_is_a_problem_too(reader: TestClient) -> None:
    answer = reader.post(f"{API}/definitions")
    assert (answer.status_code, answer.json()["title"]) == (405, "Method Not Allowed")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_fault_of_ours_tells_nothing_of_its_inside(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("geheim")

    client = client_of(workspace)
    monkeypatch.setattr("catalog.service.routes.brief_of", fail)
    answer = client.get(f"{API}/definitions")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "geheim" not in answer.text
    assert "Traceback" not in answer.text


# what changes on disk


@pytest.fixture
def changing(tmp_path: Path) -> tuple[Path, TestClient]:
    workspace = service_workspace(tmp_path / "w")
    return workspace.root / FILE, client_of(workspace)


def test_a_changed_definition_is_seen_by_the_next_request(
    changing: tuple[Path, TestClient],
) -> None:
    file, client = changing
    before = client.get(f"{API}/definitions/measure:active")
    file.write_text(
        file.read_text("utf-8").replace("Active customers", "Lively customers"), "utf-8"
    )
    after = client.get(f"{API}/definitions/measure:active")
    assert after.json()["definition"]["name"] == "Lively customers"
    assert after.headers["etag"] != before.headers["etag"]


def test_a_change_of_the_same_length_in_the_same_instant_is_seen(
    changing: tuple[Path, TestClient],
) -> None:
    import os

    file, client = changing
    status = file.stat()
    get(client, "definitions/measure:active")
    file.write_bytes(file.read_bytes().replace(b"Active customers", b"ACTIVE customers"))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert get(client, "definitions/measure:active")["definition"]["name"] == "ACTIVE customers"


def test_a_new_file_and_a_new_run_are_seen_by_the_next_request(tmp_path: Path) -> None:
    workspace = service_workspace(tmp_path / "w")
    client = client_of(workspace)
    get(client, "runs/latest", 404)
    assert get(client, "definitions/measure:active")["run"] is None
    RunStore(workspace.state_url).save(record(1, result("measure:active/computes", "fail")))
    assert get(client, "definitions/measure:active")["usability"]["level"] == "dont"
    (workspace.root / "catalog" / "more.yml").write_text("teams: [{key: new, name: New}]")
    assert get(client, "definitions/team:new")["definition"]["file"] == "catalog/more.yml"


def test_invalid_definitions_are_told_until_they_are_mended(
    changing: tuple[Path, TestClient],
) -> None:
    file, client = changing
    sound = file.read_text("utf-8")
    file.write_text(sound.replace("owner: retail", "owner: retial"), "utf-8")
    problem = get(client, "definitions", 503)
    assert problem["errors"][0]["code"] == "TD013"
    assert problem["errors"][0]["where"].startswith(f"{FILE}:")
    assert "retial" in problem["errors"][0]["message"]
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["errors"]) == (503, [])
    file.write_text(sound, "utf-8")
    get(client, "definitions")
    assert client.get("/readyz").status_code == 200


def test_settings_that_cannot_be_read_are_a_problem_not_a_fault(
    changing: tuple[Path, TestClient],
) -> None:
    file, client = changing
    get(client, "definitions")
    (file.parents[1] / "tekdogru.toml").write_text("institution = ", "utf-8")
    get(client, "definitions", 503)


def test_the_day_changes_for_a_service_that_runs_on(tmp_path: Path) -> None:
    workspace = service_workspace(tmp_path / "w")
    instants = [workspace.clock.now()]
    clock = replace(workspace.clock, instant=lambda: instants[-1])
    client = client_of(replace(workspace, clock=clock))
    due = lambda: get(client, "expiring", within="30d")["groups"][0]["definitions"][0]["days"]  # noqa: E731
    before = due()
    instants.append(instants[0] + timedelta(days=3))
    assert due() == before - 3


def test_the_document_of_the_api_is_the_committed_one(reader: TestClient) -> None:
    import catalog.schemas

    committed = Path(catalog.schemas.__path__[0]) / "openapi.json"
    assert get(reader, "openapi.json") == json.loads(committed.read_text("utf-8"))


def test_golden_records_are_told_in_figures_as_soon_as_they_are_resolved(tmp_path: Path) -> None:
    workspace = service_workspace(tmp_path / "w")
    client = client_of(workspace)
    before = get(client, "truth")
    assert before["as_of"] == {}
    assert {one["entities"] for one in before["attributes"]} == {None}
    keep_portrait(workspace, tmp_path)
    after = get(client, "truth")
    first = after["attributes"][0]
    assert after["as_of"] == {"customer": PAGES_DAY.isoformat()}
    assert (first["urn"], first["contested"]) == ("attribute:customer.email", 279)
    assert (first["entities"], first["current"], first["stale"]) == (4000, 3000, 900)
    assert first["outdated"] is False
