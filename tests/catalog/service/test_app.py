"""The service: serves the site and nothing else, with strict headers, from a real port."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from listening import listening

from catalog.errors import UsageError
from catalog.service.app import create_app
from catalog.service.serving import claim_port
from catalog.service.site import find_file


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "d" / "a").mkdir(parents=True)
    (folder / "index.html").write_text("<h1>start</h1>")
    (folder / "d" / "a" / "index.html").write_text("<h1>a</h1>")
    (folder / "404.html").write_text("<h1>no such page</h1>")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "way-out").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
def port(site: Path) -> Iterator[int]:
    with listening(create_app(site)) as chosen:
        yield chosen


def get(port: int, path: str, method: str = "GET") -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_accept_encoding=True)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response, body


@pytest.mark.parametrize("path", ["/", "/d/a/", "/healthz"])
def test_asked_for_its_head_alone_it_gives_the_same_headers_and_no_body(
    port: int, path: str
) -> None:
    whole, text = get(port, path)
    head, body = get(port, path, "HEAD")
    assert (head.status, body) == (200, "")
    assert head.headers["content-length"] == str(len(text))
    assert head.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.parametrize("path", ["/", "/index.html", "/d/a/", "/d/a/index.html"])
def test_the_site_is_served(port: int, path: str) -> None:
    response, body = get(port, path)
    assert response.status == 200
    assert body.startswith("<h1>")


def test_a_folder_without_its_slash_leads_to_the_one_with_it(port: int) -> None:
    response, _ = get(port, "/d/a")
    assert (response.status, response.headers["location"]) == (307, "/d/a/")


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/d/../../secret.txt",
     "/way-out", "/%5c..%5csecret.txt", "//secret.txt", "/d%00", "/nothing"],
)  # fmt: skip
def test_nothing_outside_the_site_is_served(port: int, path: str) -> None:
    response, body = get(port, path)
    assert response.status == 404
    assert body == "<h1>no such page</h1>"


@pytest.mark.parametrize("path", ["/", "/healthz", "/nothing"])
def test_every_answer_forbids_inline_scripts_and_outside_sources(port: int, path: str) -> None:
    response, _ = get(port, path)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"


def test_health_is_told(port: int) -> None:
    assert get(port, "/healthz")[1] == "ok"


def test_the_documentation_pages_that_load_from_outside_are_not_there(port: int) -> None:
    assert get(port, "/docs")[0].status == 404


def test_a_site_that_is_not_built_is_a_plain_404(tmp_path: Path) -> None:
    assert find_file((tmp_path / "none").resolve(), "") is None


def test_a_taken_port_is_told_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"port {port} .* is taken .* --port"):
            claim_port("127.0.0.1", port)


def test_an_unknown_host_is_told() -> None:
    with pytest.raises(UsageError, match="no such address"):
        claim_port("no.such.host.invalid", 8000)
