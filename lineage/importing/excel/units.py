"""Tells a number's unit from its headings, from notes on the sheet and from its number format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from catalog.folding import fold

Unit = str | dict[str, str | int]
"""As YAML has it: a word, %, or `{currency: TRY, scale: 1000}`."""
_CURRENCIES: Mapping[str, str] = {
    **dict.fromkeys(("tl", "try", "₺", "turk lirasi", "lira", "yt l", "ytl"), "TRY"),
    **dict.fromkeys(("usd", "$", "us$", "abd dolari", "dolar", "dollar", "dollars"), "USD"),
    **dict.fromkeys(("eur", "€", "euro", "avro"), "EUR"),
    **dict.fromkeys(("gbp", "£", "sterlin"), "GBP"),
    **dict.fromkeys(("chf", "isvicre frangi"), "CHF"),
}
_NUMBERS = ("1000", "1.000", "1,000")
"""Thousands, where a currency stands beside them; alone they are what a row may be called."""
_SCALES: Mapping[str, int] = {
    **dict.fromkeys(_NUMBERS, 1_000),
    **dict.fromkeys(("bin", "thousand", "thousands", "k", "'000", "000", "000s", "’000"), 1_000),
    **dict.fromkeys(("milyon", "million", "millions", "mio", "mn", "mln", "m", "mm"), 1_000_000),
    **dict.fromkeys(("milyar", "billion", "billions", "bn", "mlr", "mia"), 1_000_000_000),
}
_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("%", "yuzde", "percent", "pct", "oran (%)", "per cent"), "%"),
    **dict.fromkeys(("adet", "ad", "ad.", "count", "#", "pcs", "number", "sayi"), "adet"),
    **dict.fromkeys(("kisi", "people", "persons", "headcount"), "kişi"),
    **dict.fromkeys(("gun", "day", "days"), "gün"),
    **dict.fromkeys(("ay", "month", "months"), "ay"),
    **dict.fromkeys(("saat", "hour", "hours", "sa"), "saat"),
    **dict.fromkeys(("dakika", "minute", "minutes", "dk"), "dakika"),
    **dict.fromkeys(("musteri", "customers", "customer"), "müşteri"),
    **dict.fromkeys(("hesap", "accounts"), "hesap"),
    **dict.fromkeys(("islem", "transactions"), "işlem"),
    **dict.fromkeys(("bps", "baz puan", "bp"), "bps"),
}
_BRACKETS = re.compile(r"[(\[]\s*([^()\[\]]{1,40}?)\s*[)\]]")
_COUNTED = frozenset(("kişi", "gün", "ay", "saat", "dakika", "müşteri", "hesap", "işlem"))
"""Units that after a slash mean "for each": `Kredi / müşteri` is counted in no customers."""
_TAIL = re.compile(r"[,;:/–-]\s*([^,;:/–-]{1,24})$")
_PARTS = re.compile(r"[₺$€£]|'?000s?(?!\d)|1[.,]?000(?!\d)|[^\W\d]+\$?|\d[\d.,]*")
_NOTE = re.compile(
    r"^(?:(?:tutarlar|rakamlar|degerler|birim|unit|units|amounts?|figures?|all)\b.*)$"
)
_FORMAT_TEXT = re.compile(r'"([^"]*)"|\[\$([^\]-]*)(?:-[^\]]*)?\]|\\(.)|([₺€£$])')
_SKIPPED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|[_*].')


@dataclass(frozen=True)
class Shown:
    """How a number format shows a number: as per cent, in how many at once, with which unit."""

    percent: bool = False
    scale: int = 1
    unit: str | None = None


@lru_cache(maxsize=4096)
def shown_by(number_format: str) -> Shown:
    """What a number format does to a number; `#,##0,` shows thousands."""
    positive = _section(number_format)
    texts = ["".join(part or "" for part in found) for found in _FORMAT_TEXT.findall(positive)]
    bare = _SKIPPED.sub("", positive)
    thousands = re.search(r"[0#?](,+)(?![0#?,])", bare)
    scale = 1000 ** len(thousands[1]) if thousands else 1
    unit = next((one for text in texts if (one := text.strip()) and stated_unit(one)), None)
    return Shown("%" in bare, scale, unit)


def shown_value(value: float, number_format: str, unit: Unit | None) -> float:
    """The number as it is published, in its unit: 0.456 shown as 45.6% is 45.6."""
    shown = shown_by(number_format)
    if shown.percent and unit == "%":
        return round(value * 100, 12)
    return value / shown.scale if shown.scale > 1 else value


def unit_of(headings: Iterable[str], notes: Iterable[str], number_format: str) -> Unit | None:
    """The unit of a number: its format's %, else what its headings, its sheet's notes, or its
    format say. A scale of the format multiplies what is said.
    """
    shown = shown_by(number_format)
    if shown.percent:
        return "%"
    said = next((unit for text in headings if (unit := unit_in(text))), None)
    by_format = stated_unit(shown.unit) if shown.unit else None
    noted = next((unit for text in notes if (unit := note_unit(text))), None)
    found = said or by_format or (noted if _is_money(noted) and not _counts(headings) else None)
    if isinstance(found, dict) and isinstance(noted, dict) and said is None and "scale" in noted:
        found = {**noted, **found}
    if shown.scale > 1:
        return _scaled(found, shown.scale)
    return found


def unit_in(heading: str) -> Unit | None:
    """The unit a heading states: `Krediler (bin TL)`, `Mevduat, milyon TL`, `Oran %`."""
    return _parted(heading)[0]


def without_unit(heading: str) -> str:
    """A heading without the unit it states."""
    return _parted(heading)[1]


@lru_cache(maxsize=50_000)
def _parted(heading: str) -> tuple[Unit | None, str]:
    """The unit a heading states, and what is left of it."""
    for piece, whole in _pieces(heading):
        if unit := stated_unit(piece):
            bare = heading.replace(whole, " ").strip(" ,;:/–-")
            return unit, " ".join(bare.split()) or heading
    return None, heading


@lru_cache(maxsize=4096)
def _stated(text: str) -> tuple[tuple[str, str | int], ...] | str | None:
    words = fold(text).strip().strip(".").replace("’", "'")
    if words in _WORDS:
        return _WORDS[words]
    currency = scale = None
    rest = words
    for phrase in ("cinsinden", "olarak", "in", "of", "x", "birim", "unit", "tutar", ":"):
        rest = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", " ", rest)
    for part in _PARTS.findall(rest):
        if part in _CURRENCIES and currency is None:
            currency = _CURRENCIES[part]
        elif part in _SCALES and scale is None:
            scale = _SCALES[part]
        elif part == "s" or part in ("turk", "lirasi", "abd"):
            continue
        else:
            return None
    if currency:
        return (("currency", currency), *((("scale", scale),) if scale else ()))
    if scale and words not in _NUMBERS and (len(words) > 2 or words == "mn"):
        return {1_000: "bin", 1_000_000: "milyon"}.get(scale, "milyar")
    return None


@lru_cache(maxsize=50_000)
def stated_unit(text: str) -> Unit | None:
    """The unit that a text is, and nothing else: `bin TL`, `TL thousand`, `%`, `adet`."""
    if text.isdecimal() and text != "000":
        return None
    found = _stated(text)
    return dict(found) if isinstance(found, tuple) else found


def is_note(text: str) -> bool:
    """Whether a text may speak of the unit of a whole sheet: `Tutarlar bin TL'dir`."""
    return len(text) <= 80 and bool(
        stated_unit(text.strip("()[] ")) or _NOTE.match(fold(text).strip("()[] *"))
    )


def note_unit(text: str) -> Unit | None:
    """The unit that a note on the sheet states for its numbers."""
    bare = text.strip("()[] *")
    if unit := stated_unit(bare) or unit_in(text):
        return unit
    words = re.findall(r"[₺$€£]|'?000|[^\W\d]+", fold(bare).replace("'dir", "").replace("dir", ""))
    kept = [word for word in words if word in _CURRENCIES or (word in _SCALES and len(word) > 1)]
    return stated_unit(" ".join(kept)) if kept else None


def _pieces(heading: str) -> Iterator[tuple[str, str]]:
    """What of a heading may be its unit, and that with its brackets or sign."""
    if heading.isalnum() and heading.isascii():
        return
    for found in _BRACKETS.finditer(heading):
        yield found[1], found[0]
    if (tail := _TAIL.search(heading)) and not _for_each(tail):
        yield tail[1], tail[0]
    if heading.rstrip().endswith("%"):
        yield "%", "%"
    if heading.lstrip().startswith("%"):
        yield "%", "%"
    first, _, last = heading.rpartition(" ")
    if (first and fold(last) in ("tl", "try", "usd", "eur")) or last in ("₺", "$", "€"):
        scale = first.rpartition(" ")[2]
        if fold(scale) in _SCALES:
            yield f"{scale} {last}", f"{scale} {last}"
        yield last, last


def _for_each(tail: re.Match[str]) -> bool:
    return tail[0].startswith("/") and str(stated_unit(tail[1])) in _COUNTED


def _section(number_format: str) -> str:
    """The part of a number format that speaks of positive numbers."""
    quoted, found = False, ""
    for sign in number_format:
        quoted ^= sign == '"'
        if sign == ";" and not quoted:
            break
        found += sign
    return found


def _is_money(unit: Unit | None) -> bool:
    return isinstance(unit, dict) or unit in ("bin", "milyon", "milyar")


def _counts(headings: Iterable[str]) -> bool:
    """Whether headings say that things are counted, which no note on amounts means."""
    words = {word for text in headings for word in re.findall(r"\w+", fold(text))}
    return bool(words & {"adet", "sayisi", "sayi", "kisi", "musteri", "count", "number", "adedi"})


def _scaled(unit: Unit | None, scale: int) -> Unit:
    if isinstance(unit, dict):
        return {**unit, "scale": scale}
    return {1_000: "bin", 1_000_000: "milyon"}.get(scale, "milyar") if unit is None else unit
