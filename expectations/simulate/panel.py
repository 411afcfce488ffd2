"""Shows a simulation as HTML beside the difference of an edit that is not saved yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from markupsafe import Markup

from catalog.proposals import Progress, Proposed
from catalog.simulations import AttributeChange, SimulateDocument
from expectations.panels import table
from expectations.simulate.sides import Side
from expectations.simulate.simulation import Ask, simulate
from expectations.simulate.telling import (
    MOST_NUMBERS,
    MOST_REACHED,
    aside_of,
    changes_of,
    group,
    number,
    said,
    source,
)
from expectations.simulate.words import Words

_ROW = Markup("<tr><th scope='row'>{}</th>{}</tr>")
_CELL = Markup("<td>{}</td>")
_NUMBER = Markup("<td class='td-num'>{}</td>")
_PARAGRAPH = Markup("<p>{}</p>")
_QUIET = Markup("<p class='td-quiet'>{}</p>")


def simulated(proposed: Proposed, progress: Progress) -> Markup:
    """What an edit would do to the data of today, personal values masked."""
    workspace = proposed.workspace
    sides = (
        Side(proposed.before, str(workspace.settings.catalog)),
        Side(proposed.after, proposed.file),
    )
    ask = Ask(workspace.clock.today(), proposed.language)
    document = simulate(workspace, sides, ask, progress)
    return Markup("").join(_Showing(document, proposed).parts())


class _Showing:
    def __init__(self, document: SimulateDocument, proposed: Proposed) -> None:
        self.document, self.proposed = document, proposed
        self.words = Words(document.language)

    def parts(self) -> Iterator[Markup]:
        document, words = self.document, self.words
        if document.unknown:
            yield self._unknown()
        if not document.computed:
            known = words("head.harmless", n=len(document.definitions))
            yield _PARAGRAPH.format(known if document.definitions else words("head.same"))
            return
        if document.attributes:
            changed = words.number(document.changed)
            told = "golden.title" if document.changed else "golden.none"
            yield Markup("<h3>{}</h3>").format(words(told, changed=changed))
        for one in document.attributes:
            if not one.is_same:
                yield from self._attribute(one)
        if any(one.examples for one in document.attributes):
            yield _QUIET.format(words("golden.masked_here"))
        yield from self._numbers()
        yield from self._cells()
        yield from self._reached()

    def _unknown(self) -> Markup:
        items = Markup("").join(
            Markup("<li>{}: {}</li>").format(self._link(one.urn, one.name), one.reason)
            for one in self.document.unknown
        )
        title = self.words("unknown.title")
        return Markup("<div class='ed-watch'><h3>{}</h3><ul>{}</ul></div>").format(title, items)

    def _attribute(self, one: AttributeChange) -> Iterator[Markup]:
        words = self.words
        link = self._link(f"attribute:{one.attribute}", one.name)
        yield Markup("<h4>{}</h4>").format(link)
        lines = list(aside_of(one, words))
        if one.changed:
            whole = max(one.before, one.after)
            counts = {"changed": words.number(one.changed), "all": words.number(whole)}
            head = words("golden.changed", **counts, share=words.share(one.changed, whole))
            lines = [f"{head}: {changes_of(one, words)}", *lines]
        items = Markup("").join(Markup("<li>{}</li>").format(line) for line in lines)
        yield Markup("<ul>{}</ul>").format(items)
        if one.moves:
            heads = [words(f"golden.{key}") for key in ("from_", "to", "count")]
            rows = [
                _row(
                    self._source(move.from_),
                    [_CELL.format(self._source(move.to))],
                    [_NUMBER.format(words.number(move.count))],
                )
                for move in one.moves
            ]
            yield table(f"{one.name}: {words('golden.moves')}", heads, rows, heads[2:])
        if one.examples:
            yield self._examples(one)

    def _examples(self, one: AttributeChange) -> Markup:
        words = self.words
        heads = [words(f"golden.{key}") for key in ("entity", "before", "after")]
        rows = [
            _row(
                example.entity_id,
                [_CELL.format(said(golden, words)) for golden in (example.before, example.after)],
            )
            for example in one.examples
        ]
        return table(f"{one.name}: {words('golden.example')}", heads, rows)

    def _numbers(self) -> Iterator[Markup]:
        words, document = self.words, self.document
        moved, counted = [one for one in document.measures if one.changed], len(document.measures)
        told = words("numbers.nothing")
        if counted:
            key = "numbers.title" if moved else "numbers.none"
            told = words(key, changed=len(moved), all=counted)
        yield Markup("<h3>{}</h3>").format(told)
        rows = []
        for one in moved:
            link = self._link(one.urn, one.name)
            for value in one.changed[:MOST_NUMBERS]:
                name = link + (f" ({group(value)})" if value.dimensions else "")
                rows.append(self._moved(name, value.before, value.after, value.apart))
            if rest := len(one.changed) - MOST_NUMBERS:
                more = words("numbers.more", n=words.number(rest)) if rest > 0 else None
                rows += [_row(more, [Markup("<td colspan='3'></td>")])] if more else []
        if rows:
            yield self._table(told, rows)

    def _cells(self) -> Iterator[Markup]:
        cells = self.document.cells
        if not cells:
            return
        title = self.words("numbers.cells")
        rows = []
        for one in cells[:MOST_REACHED]:
            period = self.words("numbers.of_period", period=one.period)
            name = self._link(one.urn, one.name) + f" ({period})"
            apart = None
            if one.before is not None and one.after is not None:
                apart = one.after - one.before
            rows.append(self._moved(name, one.before, one.after, apart))
        yield Markup("<h3>{}</h3>").format(title)
        yield self._table(title, rows)
        if (rest := len(cells) - MOST_REACHED) > 0:
            yield _QUIET.format(self.words("numbers.more", n=self.words.number(rest)))

    def _moved(
        self, name: Markup, before: Decimal | None, after: Decimal | None, apart: Decimal | None
    ) -> Markup:
        words = self.words
        shown = [number(before, words), number(after, words)]
        shown.append("–" if apart is None else words.signed(apart))
        return _row(name, [_NUMBER.format(one) for one in shown])

    def _table(self, title: str, rows: Sequence[Markup]) -> Markup:
        words = self.words
        heads = [words("numbers.measure"), words("golden.before"), words("golden.after")]
        heads.append(words("numbers.apart"))
        return table(title, heads, rows, heads[1:])

    def _reached(self) -> Iterator[Markup]:
        words, document = self.words, self.document
        if not (document.changed or document.numbers):
            return
        yield Markup("<h3>{}</h3>").format(words("reached.title"))
        if not document.reached:
            yield _PARAGRAPH.format(words("reached.none"))
            return
        facts = Markup("")
        for kind in ("cell", "report", "team", "touchpoint"):
            mine = [one for one in document.reached if one.urn.startswith(f"{kind}:")]
            items = [
                Markup("{}{}").format(
                    self._link(one.urn, one.name), f" – {one.owner}" if one.owner else ""
                )
                for one in mine[:MOST_REACHED]
            ]
            if (rest := len(mine) - MOST_REACHED) > 0:
                items.append(Markup.escape(words("numbers.more", n=words.number(rest))))
            if items:
                listed = Markup("<br>").join(items)
                facts += Markup("<dt>{}</dt><dd>{}</dd>").format(words(f"reached.{kind}"), listed)
        yield Markup("<dl class='td-facts'>{}</dl>").format(facts)

    def _source(self, key: str | None) -> str:
        """A source by its name."""
        known = [
            side.sources.get(key or "") for side in (self.proposed.after, self.proposed.before)
        ]
        named = next((one for one in known if one), None)
        return named.named(self.words.language) if named else source(key, self.words)

    def _link(self, urn: str, name: str) -> Markup:
        """A name that leads to its page, where the present catalog has one."""
        kind = urn.partition(":")[0]
        if urn not in self.proposed.before.definitions or kind in ("entity", "field"):
            return Markup.escape(name)
        return Markup("<a href='{}'>{}</a>").format(self.proposed.address(urn), name)


def _row(head: str | Markup, *cells: Iterable[Markup]) -> Markup:
    return _ROW.format(head, Markup("").join(cell for some in cells for cell in some))
