"""Texts of drafts: what other tools wrote, made safe to keep, and constraints in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lineage.importing.facts import FieldFact

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_LONGEST_NAME = 300


def told(one: FieldFact) -> Iterator[str]:
    """What is stated of a column's values, in words."""
    if one.required:
        yield (
            "Must have a value." if one.required == 1 else f"{one.required:.2%} must have a value."
        )
    if one.unique:
        yield "No value may occur twice."
    if one.values:
        yield f"Allowed values: {', '.join(one.values)}."
    for rule in one.rules:
        stated = ", ".join(f"{key}: {value}" for key, value in rule.items() if key != "on")
        yield f"Rule: {stated}."
    if one.personal:
        yield f"Personal data: {one.personal}."


def cleaned(text: str | None) -> str | None:
    """A text without signs that no file may hold, or None for an empty one."""
    plain = _CONTROL.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()
    return plain or None


def name_of(text: str) -> str:
    """A text as a name: in one line, not too long."""
    plain = " ".join((cleaned(text) or "?").split())
    return plain if len(plain) <= _LONGEST_NAME else f"{plain[: _LONGEST_NAME - 1]}…"


def cleaned_all(texts: Sequence[str]) -> list[str]:
    """Texts, each once, without those that say nothing."""
    plain = (cleaned(str(one)) for one in texts)
    return list(dict.fromkeys(one for one in plain if one))


def notes_of(notes: Sequence[str]) -> str | None:
    """Notes below each other; None where there is none."""
    return cleaned("\n".join(cleaned_all(notes)))


def count_of(count: int, what: str) -> str:
    """A count with what is counted: `1 cell`, `1,200 cells`."""
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{count:,} {what if count == 1 else plural}"
