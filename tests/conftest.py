"""What all tests share: hypothesis profiles, real parts that may be missing, no silent skips."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from examples import examples
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]
MAY_BE_SKIPPED = "not on this platform"
SLOWEST = (
    "expectations/test_recipes.py",
    "expectations/test_stock_gx.py",
    "contracts/test_sources.py",
    "expectations/test_interruption.py",
    "bench/test_bench.py",
    "browser/test_editor.py",
    "catalog/test_cli.py",
    "expectations/corrections/test_commands.py",
    "expectations/golden/test_survivors.py",
)

_SLOW = [HealthCheck.too_slow]
settings.register_profile("dev", deadline=None, suppress_health_check=_SLOW)
settings.register_profile(
    "ci",
    deadline=None,
    suppress_health_check=_SLOW,
    max_examples=examples(100, 1000),
    print_blob=True,
    database=None,
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-real",
        action="store_true",
        default=os.environ.get("CI") == "true",
        help="a skipped test fails, unless its reason begins with "
        f"'{MAY_BE_SKIPPED}' (the default where CI=true)",
    )


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("ci" if config.getoption("--require-real") else "dev")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long modules first, the slowest before all: begun last, one keeps every worker waiting."""
    long = {item.path for item in items if item.get_closest_marker("long")}
    ranks = {ROOT / "tests" / name: rank for rank, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks) + (item.path not in long)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    return _refuse_skip(report, item.config)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    report = yield
    return _refuse_skip(report, collector.config)


def _refuse_skip(report: Any, config: pytest.Config) -> Any:
    """Make a skip a failure where everything must run; an expected failure is no skip."""
    if report.skipped and config.getoption("--require-real") and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2]).removeprefix("Skipped: ")
        if not reason.startswith(MAY_BE_SKIPPED):
            report.outcome = "failed"
            report.longrepr = f"skipped, where nothing may be skipped: {reason}"
    return report


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real inputs beside the checkout; its SOURCES.md says whose they are."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real inputs: {folder} is missing")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser that tests drive: the executable of an installed Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if not found:
        pytest.skip("no browser: install chromium")
    return Path(found)
