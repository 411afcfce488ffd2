"""Says in a page's language what an import was unsure of; what a steward wrote stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markupsafe import Markup

from lineage.pages.words import Words

_STANDS = r"files under (?P<place>.+) stand for it\."
MARKS: Mapping[str, str] = {
    "draft": "name, definition and owner are drafts from the workbook"
    "|ad, tanım ve sahip çalışma kitabından taslaktır",
    "typed": "typed in, not calculated: say which measure it is",
    "typed_and_taken": "typed in, and formulas take it: a published number, or an input only\\?",
    "no_heading": "no heading was found; name it",
    "shows_error": "it shows (?P<error>.+) instead of a number",
    "no_value": "the workbook keeps no value for its formula; was it saved by Excel\\?",
    "beside_data": "it is calculated beside raw data: a result, or a step towards one\\?",
    "again": "the same headings stand more than once; name it",
    "other_headings": "its headings were '(?P<was>.*)': is it still the same number\\?",
    "gone": "it is no longer in the workbook",
    "circular": "its formula takes its own result, by a circular reference",
    "hidden_sheet": r"sheet (?P<sheet>.+) is hidden: its numbers \((?P<n>\d+)\) are taken for "
    "helpers",
    "calculation_sheet": "sheet (?P<sheet>.+) is taken for a calculation sheet, since other sheets "
    r"take nearly all of it: its numbers \((?P<n>\d+)\) are not listed",
    "data_sheet": "sheet (?P<sheet>.+) is called like one with raw data, and numbers of it are "
    "listed",
    "other_period": "the file's name says (?P<named>[0-9WQ-]+), sheet (?P<sheet>.+) says "
    "(?P<stated>[0-9WQ-]+)",
    "outside": "the workbook lies outside the workspace; say where it will lie",
    "period_in_name": "the period in the name (?P<file>.+) is not written as "
    "(?P<period>[0-9WQ-]+); rename the files, or say where their numbers are published",
    "database_file": "The file of the (?P<name>.+) database is not known; (?P<place>.+) stands for "
    r"it\.",
    "kind_not_read": f"It is of kind '(?P<kind>.+)', which nothing reads; {_STANDS}",
    "kind_not_known": f"Its kind is not known; {_STANDS}",
    "no_server": f"The contract names no server; {_STANDS}",
}
_PATTERNS = {key: re.compile(pattern, re.DOTALL) for key, pattern in MARKS.items()}
_PERIODS = ("named", "stated")


def say_mark(text: str, words: Words) -> Markup:
    """What is unsure, in the language of `words` where an import wrote it."""
    for key, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(text.strip()):
            said = found.groupdict()
            told = {n: words.period(v) if n in _PERIODS else v for n, v in said.items()}
            return words(f"mark.{key}", **told)
    return words.foreign(text)
