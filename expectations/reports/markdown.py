"""A run as a summary in Markdown for business readers: the worst first, by who answers for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from catalog.model.definition import Language
from catalog.plain_text import printable
from catalog.results import DARK, WORST_FIRST, Result
from catalog.validation.problems import Problem
from expectations.reports.findings import findings_of_problems
from expectations.reports.telling import Telling
from lineage.pages.words import Words

# GitHub refuses a step's summary of more than 1 MiB altogether.
MOST_BYTES = 1_000_000
# Findings of one definition in a piece, so that no piece is too large for the room.
MOST_TOGETHER = 100
MARKS = {"fail": "❌", "error": "❗", "unknown": "❓", "warn": "⚠️", "waived": "⏳"}
_SPECIAL = re.compile(r"[\\`*{}\[\]#|~$]|(?<![^\W_])_|_(?![^\W_])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def told_run(telling: Telling) -> str:
    """The summary; what passed is only counted, and what does not fit is said to be left out."""
    blocks = list(_blocks(telling))
    if waivers := telling.waivers():
        listed = "\n".join(f"- ⏳ {escaped(said)}" for said in waivers)
        blocks.append((f"\n### {telling.words.plain('summary.waivers')}\n\n{listed}", 0))
    return _bounded("\n\n".join(_heading(telling)), blocks, telling.words)


def told_problems(problems: Iterable[Problem], below: str, language: Language = "en") -> str:
    """A list of what is wrong with the definitions."""
    words = Words(language)
    blocks = [
        f"- {'❌' if one.level == 'error' else '⚠️'} {escaped(one.sentence)} "
        f"{_code(f'{one.file}:{one.line}')} {one.rule}"
        for one in findings_of_problems(problems, below)
    ]
    head = f"## ❌ Tekdoğru: {words.plain('summary.invalid')}\n"
    return _bounded(head, [(block, 1) for block in blocks], words)


def escaped(text: str) -> str:
    """Text that Markdown and HTML show as it is; nobody's words become markup."""
    return _SPECIAL.sub(r"\\\g<0>", printable(text).translate(_ENTITIES))


def _heading(telling: Telling) -> Iterator[str]:
    """The gate in a line, how many of each verdict, why it is closed, and what was looked at."""
    record, words = telling.record, telling.words
    yield f"## {'✅' if record.exit_code == 0 else '❌'} Tekdoğru: {_gate(telling)}"
    if telling.bad:
        yield f"**{_counts(telling)}**"
    if record.exit_code and record.results:
        why = "because_fail" if record.exit_code == 1 else "because_unknown"
        yield words.plain(f"summary.{why}", level=words.plain(f"severity.{record.fail_on}"))
    yield words.plain("summary.as_of", day=words.day(record.as_of), run=record.run)
    if record.selection:
        yield words.plain("summary.only", what=escaped(record.selection))
    if record.note:
        yield escaped(record.note)
    if carried := sum(result.carried_from is not None for result in record.results):
        yield words.plain("summary.carried", n=words.number(carried))


def _gate(telling: Telling) -> str:
    words, record = telling.words, telling.record
    if not record.results:
        return words.plain("summary.nothing")
    if not telling.bad:
        return words.plain("summary.clean", n=words.number(len(record.results)))
    return words.plain(f"summary.{'closed' if record.exit_code else 'open'}")


def _counts(telling: Telling) -> str:
    """How many of each verdict, the accepted failures apart from the others."""
    counts = telling.record.counts()
    waived = sum(result.is_waived for result in telling.record.results)
    counts["fail"] -= waived
    shown: dict[str, int] = {
        verdict: counts[verdict]
        for verdict in WORST_FIRST
        if counts[verdict] or verdict in ("fail", "unknown", "pass")
    }
    if waived:
        shown["waived"] = waived
    number = telling.words.number
    return ", ".join(telling.words.plain(f"summary.{v}", n=number(n)) for v, n in shown.items())


def _blocks(telling: Telling) -> Iterator[tuple[str, int]]:
    """A piece for each definition that stays whole, its findings and what they reach, and how many
    findings it tells of. The first of an owner says whom to ask.
    """
    for owner, results in telling.by_owner():
        asked = telling.ask(owner)
        who = f" — {escaped(asked)}" if asked else ""
        head = f"\n### {escaped(telling.owner(owner))}{who}\n"
        for urn in dict.fromkeys(result.urn for result in results):
            mine = [result for result in results if result.urn == urn]
            for start in range(0, len(mine), MOST_TOGETHER):
                part = mine[start : start + MOST_TOGETHER]
                yield head + _definition(part, telling), len(part)
                head = ""


def _definition(results: Sequence[Result], telling: Telling) -> str:
    lines = [f"\n**{escaped(telling.subject(results[0]))}**\n"]
    together: dict[tuple[str, ...], list[Result]] = {}
    for result in results:
        alike = (result.verdict, result.message) if result.verdict in DARK else (result.check,)
        together.setdefault(alike, []).append(result)
    for alike_results in together.values():
        lines += _finding(alike_results, telling)
    for label, text in telling.consequences(results[0]):
        lines.append(f"- {label}: {escaped(text)}")
    return "\n".join(lines)


def _finding(results: Sequence[Result], telling: Telling) -> Iterator[str]:
    """One finding, or all that are unknown for one reason."""
    first = results[0]
    mark = MARKS[first.outcome]
    many = telling.words.plain("summary.checks", n=telling.words.number(len(results)))
    said = f" ({many})" if len(results) > 1 else ""
    yield f"- {mark} {escaped(telling.sentence(first))}{said}"
    for label, text in telling.details(first):
        yield f"  - {label}: {escaped(text)}"
    yield from (f"  - {escaped(said)}" for said in telling.remarks(first))
    for result in results:
        place = f" · {_code(f'{telling.file(result)}:{result.line}')}" if result.file else ""
        yield f"  - {_code(result.check)}{place}"


def _code(text: str) -> str:
    """A key or a place as it is; a run of backquotes in it is shorter than those around it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{space}{printable(text)}{space}{fence}"


def _bounded(head: str, blocks: Sequence[tuple[str, int]], words: Words) -> str:
    """Whole pieces as long as there is room for them, and how many findings had none."""
    kept, room = [head], MOST_BYTES - len(head.encode())
    for number, (block, _) in enumerate(blocks):
        room -= len(block.encode()) + 1
        if room < 0:
            left = words.number(sum(findings for _, findings in blocks[number:]))
            kept.append(f"\n**{words.plain('summary.left_out', n=left)}**")
            break
        kept.append(block)
    return "\n".join(kept)
