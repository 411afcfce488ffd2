"""Renders a catalog to pages; knows nothing of MkDocs or of files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalog.panels import PanelMaker
from lineage.pages.addresses import address_of, cluster_address, conflicts_address, list_address
from lineage.pages.consolidation import (
    cluster_page,
    cluster_title,
    consolidation_page,
    paged,
)
from lineage.pages.context import UP, PageContext
from lineage.pages.disputes import dispute_page, disputed_attributes
from lineage.pages.lists import kind_address, owners_page, tables
from lineage.pages.runs import run_page, runs_table
from lineage.pages.start import start_page
from lineage.pages.subjects import Subjects
from lineage.pages.truths import truth_page, truth_tables

START = "index.html"


@dataclass(frozen=True)
class Page:
    """One page: its address from the catalog's root, its plain title and its HTML fragment.

    Every page but the start page lies two folders down, and its links say so.
    """

    address: str
    title: str
    html: str


def render_pages(ctx: PageContext, panels: Sequence[PanelMaker] = ()) -> Iterator[Page]:
    """Every page of a catalog, the start page first, each one rendered as it is asked for.

    `panels` are asked for each definition.
    """
    yield Page(START, ctx.words.plain("start.title"), start_page(ctx))
    template = ctx.pages.get_template("list.html")
    for table in (*tables(ctx), runs_table(ctx), *truth_tables(ctx)):
        html = template.render(
            title=table.title,
            about=table.about,
            empty=table.empty,
            heads=table.heads,
            rows=table.rows,
            note=table.note,
            filters=table.filters,
        )
        yield Page(list_address(table.name), str(table.title), html)
    yield Page(list_address("truth"), ctx.words.plain("truth.title"), truth_page(ctx))
    title = ctx.words.plain("consolidation.title")
    yield Page(list_address("consolidation"), title, consolidation_page(ctx))
    for cluster in paged(ctx):
        name, page = cluster_title(cluster, ctx), cluster_page(cluster, ctx)
        yield Page(cluster_address(cluster.key), f"{title}: {name}", page)
    for attribute in disputed_attributes(ctx):
        title = ctx.words.plain("dispute.title", name=ctx.title(attribute))
        yield Page(conflicts_address(attribute.key), title, dispute_page(attribute, ctx))
    yield Page(list_address("run"), ctx.words.plain("run.latest"), run_page(ctx))
    yield Page(list_address("owners"), ctx.words.plain("list.owners"), owners_page(ctx))
    yield from _definitions(ctx, panels)


def _definitions(ctx: PageContext, panels: Sequence[PanelMaker]) -> Iterator[Page]:
    subjects = Subjects(ctx, panels)
    template = ctx.pages.get_template("definition.html")
    for urn, definition in ctx.visible.items():
        address = kind_address(definition.kind)
        html = template.render(
            **subjects.page(definition), list_href=f"{UP}{address}" if address else None
        )
        yield Page(address_of(urn), ctx.full_title(definition), html)
