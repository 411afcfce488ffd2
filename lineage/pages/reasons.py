"""Says in a page's language why something is not known, where the program says it in words of its
own; the messages of databases and files stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from markupsafe import Markup

from lineage.pages.words import Words

_ALREADY = r"there is nothing to compare with yet: "
_ISSUE = r"(?:.*: )?it is not published"
_DAY = r"(?P<day>\d{4}-\d{2}-\d{2})"
_PERIOD = r"(?P<period>[0-9W Q-]+)"
REASONS: Mapping[str, str] = {
    "no_earlier_day": f"{_ALREADY}no whole run of an earlier day has a value of it",
    "no_earlier_period": f"{_ALREADY}no earlier run recorded it for {_PERIOD}",
    "calculation_changed": "there is nothing to compare with: its calculation has changed since "
    f"the run of {_DAY}",
    "not_published_since": f"{_ISSUE}; it was due on {_DAY}",
    "not_published_until": f"{_ISSUE} yet; it is due on {_DAY}",
    "not_published": f"{_ISSUE} yet",
    "spoilt_line": "(?:.*: )?a line about it cannot be read, so it is not known which number was "
    "published",
    "no_number_shown": ".* shows no number: .*",
    "no_workbook": ".*no workbook is called .*",
    "no_common_period": ".* have not published a number of one period",
    "no_rows": "nothing was compared: there are no rows",
    "no_times": "nothing was compared: no claim says when its values were confirmed.*",
    "nothing_stated": "it carries neither a measure nor a calculation, so there is nothing to "
    "compare",
    "unproven": "some of what it seems to equal could not be compared with it",
    "no_data_seen": "on all generated data both gave nothing, so nothing was compared",
    "nothing_held": "nothing was compared: none of [0-9,]+ holds what would be compared",
}
_PATTERNS = {key: re.compile(pattern, re.DOTALL) for key, pattern in REASONS.items()}


def say_reason(message: str, words: Words) -> Markup | None:
    """The reason in the language of `words`; None where it is none of those known."""
    say: Mapping[str, Callable[[str], str]] = {
        "day": lambda text: words.day(date.fromisoformat(text)),
        "period": words.period,
    }
    for key, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(message.strip()):
            told = {name: say[name](text) for name, text in found.groupdict().items()}
            return words(f"reason.{key}", **told)
    return None
