"""What a steward has set, as SQL: it takes the place of what the contest gave."""

from __future__ import annotations

from expectations.engine.contest import Contest, as_text
from expectations.engine.expressions import PARSED, SQL_TYPES, cleanse


def override_value(contest: Contest) -> str:
    """What a steward has set, as a value of the attribute's type."""
    return f"TRY_CAST(oo{contest.m} AS {SQL_TYPES.get(contest.golden.type, 'VARCHAR')})"


def override_hash(contest: Contest) -> str:
    """The hash of what a steward has set, as it compares with what sources say."""
    compare = contest.candidates[0].column.compare if contest.candidates else ()
    text = as_text(override_value(contest), contest.golden)
    if compare or contest.golden.type not in PARSED:
        return f"hash({cleanse(text, compare)})"
    return f"hash({override_value(contest)})"


def unless_overridden(contest: Contest, sql: str) -> str:
    """What sources say, where a steward has set nothing."""
    return f"CASE WHEN NOT ov{contest.m} THEN {sql} END" if contest.overridden else sql
