"""Tokens from the command line, and the service as a process."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import urllib.request
from pathlib import Path

import pytest
from commands import PROGRAM
from services import FILE, service_workspace

from catalog.cli import run


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(service_workspace(tmp_path / "w").root)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = run(arguments)
    return status, *capsys.readouterr()


def test_a_token_stands_alone_on_standard_output_and_in_no_file(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = said(capsys, "token", "issue", "--name", "Işık", "-w", folder)
    assert status == 0
    assert re.fullmatch(r"td_[0-9a-f]{8}_[\w-]{43}\n", out)
    assert "scope read" in err
    secret = out.strip().split("_", 2)[2].encode()
    assert all(
        secret not in file.read_bytes() for file in Path(folder).rglob("*") if file.is_file()
    )


def test_tokens_are_listed_and_revoked(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    said(
        capsys,
        "token",
        "issue",
        "--name",
        "ci",
        "--expires",
        "1d",
        "--scope",
        "write",
        "-w",
        folder,
    )
    _, out, _ = said(capsys, "token", "list", "-w", folder)
    key = out.split()[0]
    assert re.search(r"valid +write +until \S+ +never used +ci", out)
    assert said(capsys, "token", "revoke", key, "-w", folder)[0] == 0
    _, out, _ = said(capsys, "token", "list", "--format", "json", "-w", folder)
    (listed,) = json.loads(out)
    assert (listed["key"], listed["state"], "digest" in listed) == (key, "revoked", False)


def test_listing_tokens_where_there_are_none_makes_nothing(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "there is no token yet" in said(capsys, "token", "list", "-w", folder)[1]
    assert not (Path(folder) / ".tekdogru").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("issue", "--name", " "), "say in at most 100 letters"),
        (("issue", "--name", "x", "--expires", "soon"), "is not a span of time"),
        (("issue", "--name", "x", "--expires", "0d"), "at least a day"),
        (("issue", "--name", "x", "--expires", "3y"), "at most 2y"),
        (("revoke", "abc"), "there is no token 'abc'"),
    ],
)
def test_what_is_wrong_with_a_command_is_told(
    folder: str, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    status, out, err = said(capsys, "token", *arguments, "-w", folder)
    assert (status, out) == (64, "")
    assert message in err


@pytest.mark.long
def test_the_service_starts_says_where_answers_and_ends_when_told(folder: str) -> None:
    address = f"http://127.0.0.1:{free_port()}/"
    for built in ("Building the site", "The site is up to date"):
        process = subprocess.Popen(
            [PROGRAM, "serve", "-w", folder, "--port", address.split(":")[2].strip("/")],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout
        told = ""
        while "Serving at" not in told:
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            told += line
        assert built in told
        assert address in told
        with urllib.request.urlopen(address) as page:
            assert "Çınar Bank" in page.read().decode()
        with urllib.request.urlopen(f"{address}readyz") as ready:
            assert ready.read() == b"ready"
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
        assert "Traceback" not in err


@pytest.mark.long
def test_a_service_whose_definitions_have_errors_and_no_site_does_not_start(folder: str) -> None:
    file = Path(folder) / FILE
    file.write_text(file.read_text("utf-8").replace("owner: retail", "owner: retial"), "utf-8")
    done = subprocess.run(
        [PROGRAM, "serve", "-w", folder, "--port", str(free_port())],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 4
    assert "retial" in done.stderr


@pytest.mark.long
def test_a_service_whose_history_is_newer_does_not_start(folder: str) -> None:
    run(["token", "issue", "--name", "x", "-w", folder])
    with sqlite3.connect(Path(folder) / ".tekdogru/state.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    connection.close()
    done = subprocess.run(
        [PROGRAM, "serve", "-w", folder, "--port", str(free_port())],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 3
    assert "made by a newer version" in done.stderr


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
