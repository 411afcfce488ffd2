"""Reads how the cells of a workbook are shown: number formats, bold, fill, indent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from xml.etree.ElementTree import Element

from lineage.workbooks.archive import Archive
from lineage.workbooks.book import PLAIN, Style
from lineage.workbooks.markup import true, whole

_MAY_SHOW_TIME = re.compile("[dmyhs]", re.IGNORECASE).search
# Most workbooks need no others, and so not the half second that loading openpyxl takes.
_COMMON: Mapping[str, str] = {
    **{"0": PLAIN.format, "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00"},
    **{"9": "0%", "10": "0.00%", "49": "@"},
}


def read_styles(archive: Archive, part: str) -> list[Style]:
    """The styles that cells name by their number; none where the workbook has no such part."""
    if part not in archive:
        return []
    root = archive.tree(part)
    formats = {
        one.get("numFmtId", ""): one.get("formatCode", "")
        for one in root.iterfind("numFmts/numFmt")
    }
    bold = [_on(font.find("b")) for font in root.iterfind("fonts/font")]
    fills = [_coloured(fill) for fill in root.iterfind("fills/fill")]
    found: dict[Style, Style] = {}
    styles = []
    for one in root.iterfind("cellXfs/xf"):
        number = one.get("numFmtId", "0")
        format_ = formats.get(number) or _built_in(number)
        alignment = one.find("alignment")
        indent = alignment.get("indent", "0") if alignment is not None else "0"
        style = Style(
            format_,
            _pick(bold, one.get("fontId")),
            _pick(fills, one.get("fillId")),
            whole(indent) or 0,
            format_ != PLAIN.format and shows_date(format_),
        )
        styles.append(found.setdefault(style, style))
    return styles


@lru_cache(maxsize=1024)
def shows_date(format_: str) -> bool:
    """Whether a number format shows a day or a time of day; a duration (`[h]:mm`) is a number."""
    if not _MAY_SHOW_TIME(format_):
        return False
    from openpyxl.styles.numbers import is_date_format, is_timedelta_format

    return is_date_format(format_) and not is_timedelta_format(format_)


def _built_in(number: str) -> str:
    if number in _COMMON:
        return _COMMON[number]
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    return BUILTIN_FORMATS.get(whole(number) or 0, PLAIN.format)


def _on(said: Element | None) -> bool:
    return said is not None and true(said.get("val", "1"))


def _coloured(fill: Element) -> bool:
    pattern = fill.find("patternFill")
    if pattern is None:
        return fill.find("gradientFill") is not None
    return pattern.get("patternType", "none") not in ("none", "gray125")


def _pick(found: Sequence[bool], number: str | None) -> bool:
    at = whole(number) or 0
    return at < len(found) and found[at]
