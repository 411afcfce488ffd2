"""The commands that build and serve the site, as they are typed."""

from __future__ import annotations

import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from bank_pages import BANK
from workspaces import write_workspace

from catalog.cli import run


def test_build_says_what_to_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bank = write_workspace(tmp_path / "bank", BANK)
    assert run(["site", "build", "-w", str(bank), "--language", "tr"]) == 0
    assert f"Open {bank / 'build' / 'site' / 'index.html'}" in capsys.readouterr().out
    assert '<html lang="tr">' in (bank / "build/site/index.html").read_text("utf-8")


def test_serve_tells_when_the_port_is_taken_before_it_builds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bank = write_workspace(tmp_path / "bank", BANK)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["site", "serve", "-w", str(bank), "--port", str(port)]) == 64
    assert f"port {port} at 127.0.0.1 is taken" in capsys.readouterr().err
    assert not (bank / "build").exists()


def test_serve_says_its_address_and_answers_there(tmp_path: Path) -> None:
    bank = write_workspace(tmp_path / "bank", BANK)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "catalog.cli", "site", "serve", "-w", str(bank)]
    with subprocess.Popen(
        [*command, "--port", str(port)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        said = [server.stdout.readline() for _ in range(2)]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20) as answer:
            body = answer.read()
        server.terminate()
    assert f"http://127.0.0.1:{port}/" in said[1]
    assert body == b"ok"


def test_help_of_the_commands_loads_nothing_heavy() -> None:
    code = (
        "import sys; from catalog.cli import run; run(['site', '--help']);"
        "print([m for m in ('mkdocs', 'fastapi', 'networkx', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")
