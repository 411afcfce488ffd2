"""How long Great Expectations takes to judge: 130 checks, most of them native, with their figures.

    python tests/bench/judging.py [CHECKS]

Prints one JSON document: CPU seconds of the import and of the judging, the latter three times.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

STATED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("expect_column_values_to_not_be_null", {"column": "a"}),
    ("expect_column_values_to_match_regex", {"column": "a", "regex": "^[0-9]{11}$"}),
    ("expect_column_values_to_be_in_set", {"column": "a", "value_set": ["x", "y"]}),
    ("expect_column_values_to_be_between", {"column": "a", "min_value": 0, "max_value": 9}),
    ("expect_column_values_to_be_unique", {"column": "a"}),
    ("expect_sources_to_agree", {"check": "", "at_least": 0.97}),
    ("expect_entities_to_be_known", {"check": "", "at_least": 0.99}),
)


def main(checks: int) -> None:
    """Judge and print."""
    started = time.process_time()
    from expectations.figures import Figure
    from expectations.judge import judge

    imported = time.process_time() - started
    expectations = []
    for number in range(checks):
        kind, arguments = STATED[number % len(STATED)]
        key = f"check {number}"
        stated = {**arguments, "check": key} if "check" in arguments else arguments
        expectations.append({"type": kind, "kwargs": stated, "meta": {"check": key}})
    figures = {f"check {n}": Figure(1_000_000, 990_000, n * 100) for n in range(checks)}
    rounds = []
    for _ in range(3):
        started = time.process_time()
        found = judge({"expectations": expectations}, figures)
        rounds.append(round(time.process_time() - started, 4))
        if any(one.success is None for one in found.values()):
            raise SystemExit(
                f"not judged: {[one.error for one in found.values() if one.error][:3]}"
            )
    print(json.dumps({"checks": checks, "import": round(imported, 4), "judging": rounds}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 130)
