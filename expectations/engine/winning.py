"""Who wins a contest, of the bids that are left at its end."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.engine.contest import Contest
from expectations.engine.dropping import extreme
from expectations.engine.expressions import PARSED

DIACRITICS = "'[\\x00-\\x7F]|\\P{L}'"
"""What is no letter beyond plain Latin: not counted between spellings."""


def set_of(contest: Contest, alive: Sequence[str]) -> str:
    """All values of those alive, each once in its best spelling, in alphabetical order."""
    values, hashes = contest.all("v"), contest.all("h")
    marks = [_diacritics(value) for value in values]
    kept = []
    for n, one in enumerate(alive):
        better = [
            f"({alive[o]} AND {hashes[o]} = {hashes[n]} AND {marks[o]} "
            f"{'>=' if o < n else '>'} {marks[n]})"
            for o in range(len(alive))
            if o != n
        ]
        spoken = f"{one} AND NOT coalesce({' OR '.join(better) or 'false'}, false)"
        kept.append(f"CASE WHEN {spoken} THEN {values[n]} END")
    listed = f"list_sort(list_filter([{', '.join(kept)}], lambda x: x IS NOT NULL))"
    return f"nullif(array_to_string({listed}, '; '), '')"


def winner(contest: Contest, alive: Sequence[str]) -> str:
    """The number of the first bid left, NULL where there is none."""
    if contest.golden.survival.is_manual or not alive:
        return "CAST(NULL AS TINYINT)"
    cases = " ".join(f"WHEN {one} THEN {n}" for n, one in enumerate(alive))
    return f"CAST(CASE {cases} END AS TINYINT)"


def is_spelled(contest: Contest) -> bool:
    """Whether ties may be spellings of one value."""
    kind = contest.golden.type
    return (
        len(contest.candidates) > 1
        and kind not in PARSED
        and any(candidate.column.compare for candidate in contest.candidates)
        and contest.golden.survival.chain[-1].kind not in ("priority", "all", "manual")
    )


def best_spelling(contest: Contest, alive: Sequence[str], first: str) -> str:
    """The number of the bid that spells the winner's value with most diacritics."""
    own = contest.picked(first, "h")
    same = [
        f"({one} AND {held} = {own})" for one, held in zip(alive, contest.all("h"), strict=True)
    ]
    marks = [_diacritics(value) for value in contest.all("v")]
    most = extreme(same, marks, is_least=False)
    cases = " ".join(
        f"WHEN {one} AND {mark} = {most} THEN {n}"
        for n, (one, mark) in enumerate(zip(same, marks, strict=True))
    )
    tied = " + ".join(f"CAST(coalesce({one}, false) AS INTEGER)" for one in same)
    chosen = f"CASE {cases} ELSE {first} END"
    return f"CAST(CASE WHEN {tied} > 1 THEN {chosen} ELSE {first} END AS TINYINT)"


def _diacritics(value: str) -> str:
    return f"length(regexp_replace(nfc_normalize({value}), {DIACRITICS}, '', 'g'))"
