"""Measures `tekdogru check` beside hand-written DuckDB, in one go, interleaved.

    python tests/bench/bench.py [--size 100k|1M | --rows N] [--rounds 3] [--tasks A B all]

Makes data and workspaces where they are missing, then per round runs each floor and the command
for the same work one after the other, and prints the medians, their ratios and where the time
goes. Figures are compared within one run only: another run met another machine. Ends with an
error where the command did not count what the floor counted.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data import generate
from definitions import AS_OF_OPTION, TASKS, counterparts, write_workspace
from watch import Taken, run

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TEKDOGRU = str(Path(sys.executable).with_name("tekdogru"))
SIZES = {"100k": 100_000, "1M": 1_000_000}
TITLES = {"A": "twenty rules, one table", "B": "six attributes, six pairs", "all": "A on four, B"}
FRESH = "--fresh"


@dataclass(frozen=True)
class Options:
    """What to measure, and where the data lies."""

    rows: int
    rounds: int
    tasks: tuple[str, ...]
    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"


def main(arguments: list[str]) -> None:
    """Measure, print, and write `results.json` beside the data."""
    options = read_options(arguments)
    prepare(options)
    measured = measure(options)
    print(f"{options.rows:,} customers, medians of {options.rounds} round(s)\n")
    print(table(measured))
    laps = {task: where_time_goes(options, task) for task in options.tasks}
    for task in options.tasks:
        print(f"\nWhere the time of {task} goes (one run, wall and CPU seconds)\n")
        print(laps_table(laps[task]))
    judged = json.loads(run([str(HERE / "judging.py")]).output)
    middle = statistics.median(judged["judging"])
    print(
        f"\nJudging {judged['checks']} checks: {middle:.2f} s CPU, "
        f"after {judged['import']:.2f} s to import Great Expectations"
    )
    written = {
        "rows": options.rows,
        "rounds": {name: [vars(one) for one in taken] for name, taken in measured.items()},
        "laps": laps,
        "judging": judged,
    }
    (options.folder / "results.json").write_text(json.dumps(written), encoding="utf-8")


def read_options(arguments: list[str]) -> Options:
    """The options as they are given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="100k")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=TASKS)
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "bench")
    given = parser.parse_args(arguments)
    name = str(given.rows) if given.rows else given.size
    rows, folder = given.rows or SIZES[given.size], given.folder.resolve() / name
    return Options(rows, given.rounds, tuple(given.tasks), folder)


def prepare(options: Options) -> None:
    """Make what is missing; data is written once per size."""
    made = options.data / "made"
    if not made.exists():
        print(f"Making the data of {options.rows:,} customers", file=sys.stderr)
        generate(options.rows, options.data)
        made.touch()
    for task in options.tasks:
        write_workspace(task, options.folder / task, options.data)


def measure(options: Options) -> dict[str, list[Taken]]:
    """Every round of every runner, in turn."""
    measured: dict[str, list[Taken]] = {}
    knows_fresh = FRESH in run([TEKDOGRU, "check", "--help"]).output
    for number in range(options.rounds):
        for task in options.tasks:
            print(f"round {number + 1}: {task}", file=sys.stderr)
            floor = run([str(HERE / "floor.py"), task, str(options.data)])
            keep(measured, f"floor {task}", floor)
            fresh = (FRESH,) if knows_fresh else ()
            checked = check(options, task, *fresh)
            keep(measured, f"check {task}", checked)
            require_same_work(task, floor, checked)
        keep(measured, f"check {task}, unchanged", check(options, task))
    return measured


def require_same_work(task: str, floor: Taken, checked: Taken) -> None:
    """End the bench where the command counted other violations than the floor."""
    counts = json.loads(floor.output)["counts"]
    found = {one["check"]: one["violations"] for one in json.loads(checked.output)["results"]}
    differ = [
        f"{check}: {found.get(check)} violations, the floor counts {counts[name]}"
        for name, check in counterparts(task)
        if found.get(check) != counts[name]
    ]
    if differ:
        raise SystemExit(f"{task} is not the same work:\n" + "\n".join(differ))


def keep(measured: dict[str, list[Taken]], name: str, taken: Taken) -> None:
    """Add a round; a run that did not do its work ends the bench."""
    if taken.status not in ((0,) if name.startswith("floor") else (0, 1)):
        raise SystemExit(f"{name} ended with status {taken.status}\n{taken.output[-2000:]}")
    measured.setdefault(name, []).append(taken)


def check(options: Options, task: str, *more: str) -> Taken:
    """One run of the command, its report as JSON."""
    where = ("--workspace", str(options.folder / task), *AS_OF_OPTION)
    return run([TEKDOGRU, "check", *where, "--format", "json", *more])


def table(measured: dict[str, list[Taken]]) -> str:
    """Medians, and their ratios to the floor of the same run."""
    parts = ("wall s", "CPU s", "peak MB", "data CPU s", "data MB", "data CPU", "data MB", "CPU")
    lines = [f"{'':22}{'whole process':>24}{'its engine':>22}{'ratio to the floor':>27}"]
    lines += [" " * 22 + "".join(f"{part:>{9 + 2 * (' s' in part)}}" for part in parts)]
    for name, rounds in measured.items():
        one = middle_of(rounds)
        line = f"{name:22}{one.wall:11.2f}{one.cpu:11.2f}{one.peak_mb:9.0f}"
        kind, _, task = name.partition(" ")
        if kind == "check":
            line += f"{one.below:11.2f}{one.below_mb:9.0f}"
        if kind == "check" and f"floor {task}" in measured:
            floor = middle_of(measured[f"floor {task}"])
            ratios = (one.below / floor.cpu, one.below_mb / floor.peak_mb, one.cpu / floor.cpu)
            line += "".join(f"{ratio:9.2f}" for ratio in ratios)
        lines.append(line)
    tasks = "; ".join(f"{task}: {title}" for task, title in TITLES.items())
    return "\n".join([*lines, "", tasks])


def middle_of(rounds: list[Taken]) -> Taken:
    """The median of each figure."""
    names = ("wall", "cpu", "below", "peak_mb", "below_mb")
    middle = {name: statistics.median(getattr(one, name) for one in rounds) for name in names}
    return replace(rounds[0], **middle)


def where_time_goes(options: Options, task: str) -> dict[str, Any]:
    """One more run, with its laps."""
    target = options.folder / f"laps-{task}.json"
    where = ("--workspace", str(options.folder / task), *AS_OF_OPTION)
    command = [sys.executable, str(HERE / "laps.py"), str(target), "check", *where]
    knows_fresh = FRESH in run([TEKDOGRU, "check", "--help"]).output
    command += [FRESH] if knows_fresh else []
    ended = subprocess.run(command, capture_output=True, check=False)
    if ended.returncode not in (0, 1):
        raise SystemExit(f"laps of {task}: {ended.stderr.decode()[-2000:]}")
    found: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return found


def laps_table(found: dict[str, Any]) -> str:
    """The laps by what they took, and what is in none of them."""
    laps: dict[str, list[float]] = found["laps"]
    rest = found["total"][0] - sum(wall for wall, _ in laps.values())
    return "\n".join([*_lines(laps), f"{'everything else':44}{rest:8.2f}"])


def _lines(laps: dict[str, list[float]]) -> Iterator[str]:
    for name, (wall, cpu) in sorted(laps.items(), key=lambda lap: -lap[1][1]):
        yield f"{name:44}{wall:8.2f}{cpu:8.2f}"


if __name__ == "__main__":
    main(sys.argv[1:])
