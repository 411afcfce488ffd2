"""The search index as scripts, so that it also loads from file://: titles first, texts apart."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from catalog.expiry import expired_on
from catalog.model import Definition
from lineage.pages.addresses import address_of, conflicts_address, list_address
from lineage.pages.context import PageContext
from lineage.pages.disputes import disputed_attributes

LISTS = {
    "attributes": "kinds.attribute",
    "measures": "kinds.measure",
    "reports": "kinds.report",
    "sources": "kinds.source",
    "touchpoints": "kinds.touchpoint",
    "teams": "kinds.team",
    "owners": "list.owners",
    "checks": "list.checks",
    "conflicts": "list.conflicts",
    "expiring": "list.expiring",
    "datasets": "kinds.dataset",
    "entities": "kinds.entity",
    "runs": "list.runs",
    "run": "run.latest",
    "truth": "truth.title",
    "corrections": "truth.corrections",
    "trust": "truth.trust",
}
# Names people look for come first; a field or dataset is seldom what a business reader means.
RANKS = {
    "attribute": 0,
    "measure": 0,
    "report": 2,
    "entity": 3,
    "source": 3,
    "touchpoint": 3,
    "team": 4,
    "role": 4,
    "purpose": 5,
    "cell": 6,
    "dataset": 11,
    "field": 12,
}
OUTDATED = 20


@dataclass(frozen=True)
class Entry:
    """One thing to be found: `names` are its other names, `rank` sorts equals, lower first.

    `urn` is empty for what is no definition.
    """

    title: str
    kind: str
    address: str
    names: str = ""
    level: str = ""
    text: str = ""
    rank: int = 9
    urn: str = ""


def entries_of(ctx: PageContext) -> Iterator[Entry]:
    """What can be found in a catalog; what is expired or withdrawn sorts after its like."""
    for definition in ctx.visible.values():
        yield _entry(definition, ctx)
    for name, key in LISTS.items():
        yield Entry(ctx.words.plain(key), ctx.words.plain("list.list"), list_address(name))
    for attribute in disputed_attributes(ctx):
        title = ctx.words.plain("dispute.title", name=ctx.title(attribute))
        yield Entry(title, ctx.words.plain("list.conflicts"), conflicts_address(attribute.key))


def write_titles(entries: Iterable[Entry]) -> str:
    """The script with what is shown: [title, kind, address, other names, level, rank] each."""
    rows = [[e.title, e.kind, e.address, e.names, e.level, e.rank] for e in entries]
    return f"window.tekdogruTitles={_script(rows)};\n"


def write_texts(entries: Iterable[Entry]) -> str:
    """The script with the full texts, in the same order."""
    return f"window.tekdogruTexts={_script([e.text for e in entries])};\n"


def _entry(definition: Definition, ctx: PageContext) -> Entry:
    title = ctx.full_title(definition)
    names = {definition.name, definition.name_en, definition.name_tr, *definition.synonyms}
    names |= {definition.key.rpartition(".")[2], getattr(definition, "label", None)}
    said = sorted(name for name in names if name and name not in title)
    rank = RANKS.get(definition.kind, 5)
    old = expired_on(definition, ctx.today) is not None
    withdrawn = definition.status in ("deprecated", "retired")
    parts = (definition.definition, definition.definition_en, definition.definition_tr)
    return Entry(
        title,
        ctx.words.plain(f"kind.{definition.kind}"),
        address_of(definition.urn),
        " ".join(said),
        ctx.level(definition.urn),
        " ".join(dict.fromkeys(part for part in (*parts, *definition.tags) if part)),
        rank + OUTDATED * (old or withdrawn),
        definition.urn,
    )


def _script(value: object) -> str:
    """JSON that is safe inside a script: no end tag, no comment, no line separator."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
