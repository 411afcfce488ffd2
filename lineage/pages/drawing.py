"""Draws the two-hop neighbourhood of a definition as an inline SVG with links and no script."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

from markupsafe import Markup, escape

from lineage.pages.links import Links
from lineage.pages.words import Words

PER_COLUMN = 8
WIDTH, HEIGHT = 176, 46
GAP_X, GAP_Y = 44, 12
LETTERS, BOLD = 22, 19
Columns = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Box:
    """What is written in one box; `href` is empty for what has no page."""

    name: str
    kind: str
    href: str
    level: str = ""


@dataclass(frozen=True)
class Drawing:
    """Draws the neighbourhoods of one catalog; `box` tells what stands in a definition's box."""

    links: Links
    words: Words
    box: Callable[[str], Box]

    @cached_property
    def _boxes(self) -> dict[str, Box]:
        return {}

    def draw(self, urn: str, ways: Iterable[tuple[str, ...]] = ()) -> Markup:
        """The SVG: what it rests on to the left, what uses it to the right; empty when alone.

        `ways` lead down to it from what is the matter; what lies on one is drawn before others.
        """
        steps = {pair for way in ways for pair in pairwise(way)}
        first = {above for above, _ in steps}
        left = self._layers(urn, self.links.up, first)
        right = self._layers(urn, self.links.down, first)
        if not left and not right:
            return Markup("")
        columns = (*reversed(left), ((urn,), 0), *right)
        height = max(_height(len(shown) + bool(more)) for shown, more in columns)
        spots: dict[str, tuple[int, int]] = {}
        boxes: list[str] = []
        for index, (shown, more) in enumerate(columns):
            x = index * (WIDTH + GAP_X) + 1
            y = (height - _height(len(shown) + bool(more))) // 2 + 1
            for other in shown:
                spots[other] = (x, y)
                boxes.append(self._box(other, x, y, other == urn))
                y += HEIGHT + GAP_Y
            if more:
                boxes.append(self._more(more, x, y))
        edges = sorted(self._edges(spots), key=steps.__contains__) if steps else self._edges(spots)
        lines = "".join(_line(spots[a], spots[b], (a, b) in steps) for a, b in edges)
        width = len(columns) * (WIDTH + GAP_X) - GAP_X + 2
        title = escape(self.words("page.drawing", name=self.box(urn).name))
        return Markup(  # noqa: S704
            f'<svg class="td-map" viewBox="0 0 {width} {height + 2}" width="{width}"'
            f' height="{height + 2}" role="group" aria-label="{title}"><title>{title}</title>'
            f'<g class="td-map-lines">{lines}</g>{"".join(boxes)}</svg>'
        )

    def _layers(
        self, urn: str, neighbours: Mapping[str, tuple[str, ...]], first: Container[str]
    ) -> list[tuple[tuple[str, ...], int]]:
        layers: list[tuple[tuple[str, ...], int]] = []
        seen = {urn}
        layer: tuple[str, ...] = (urn,)
        for _ in range(2):
            found = dict.fromkeys(chain.from_iterable(neighbours.get(u, ()) for u in layer))
            new = [other for other in found if other not in seen]
            if not new:
                break
            if first and len(new) > PER_COLUMN:
                new.sort(key=lambda other: other not in first)
            layer = tuple(new[:PER_COLUMN])
            seen.update(new)
            layers.append((layer, len(new) - len(layer)))
        return layers

    def _edges(self, spots: Mapping[str, tuple[int, int]]) -> Iterable[tuple[str, str]]:
        for end in spots:
            for start in self.links.up.get(end, ()):
                if start in spots and spots[start][0] < spots[end][0]:
                    yield start, end

    def _box(self, urn: str, x: int, y: int, own: bool) -> str:
        box = self._boxes.get(urn) or self._boxes.setdefault(urn, self.box(urn))
        letters = BOLD if own else LETTERS
        inside = (
            f"<title>{escape(box.kind)}: {escape(box.name)}{self._said(box.level)}</title>"
            f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
            f'<text class="td-map-kind" x="{x + 12}" y="{y + 18}">{escape(box.kind)}</text>'
            f'<text x="{x + 12}" y="{y + 35}">{escape(_shorten(box.name, letters))}</text>'
            f"{_mark(box.level, x + WIDTH - 16, y + 14)}"
        )
        if own or not box.href:
            return f'<g class="td-map-box{" td-map-own" if own else ""}">{inside}</g>'
        return f'<a class="td-map-box" href="{escape(box.href)}">{inside}</a>'

    def _said(self, level: str) -> str:
        return f". {escape(self.words(f'use.{level}'))}" if level else ""

    def _more(self, count: int, x: int, y: int) -> str:
        text = escape(self.words("page.more", n=self.words.number(count)))
        return f'<text class="td-map-more" x="{x + 12}" y="{y + 20}">{text}</text>'


def _height(boxes: int) -> int:
    return boxes * (HEIGHT + GAP_Y) - GAP_Y


def _line(start: tuple[int, int], end: tuple[int, int], cause: bool = False) -> str:
    x1, y1 = start[0] + WIDTH, start[1] + HEIGHT // 2
    x2, y2 = end[0], end[1] + HEIGHT // 2
    middle = (x2 - x1) // 2
    drawn = ' class="td-map-cause"' if cause else ""
    return (
        f'<path{drawn} d="M{x1} {y1}c{middle} 0 {x2 - x1 - middle} {y2 - y1} {x2 - x1} {y2 - y1}"/>'
    )


def _mark(level: str, x: int, y: int) -> str:
    """The same shapes as everywhere: a disc, a triangle, a square on its edge."""
    match level:
        case "use":
            return f'<circle class="td-fill-use" cx="{x}" cy="{y}" r="5"/>'
        case "care":
            return f'<path class="td-fill-care" d="M{x} {y - 5}l6 10h-12z"/>'
        case "dont":
            return f'<path class="td-fill-dont" d="M{x} {y - 6}l6 6-6 6-6-6z"/>'
        case _:
            return ""


def _shorten(name: str, letters: int) -> str:
    return name if len(name) <= letters else f"{name[: letters - 1].rstrip()}…"
