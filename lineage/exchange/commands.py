"""The commands `tekdogru export …`: the catalog in the forms that other tools read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.options import Audience, AudienceOption, WorkspaceOption

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalog.model import Catalog, Definition
    from catalog.results import RunRecord
    from catalog.workspace import Workspace

app = typer.Typer(help="Write the catalog for other tools.", no_args_is_help=True)

SourcesArgument = Annotated[
    list[str] | None, typer.Argument(help="Keys of sources (default: all).")
]

FileOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="A file (default: standard output).")
]


@app.callback()
def _exports() -> None:
    """Write the catalog for other tools: what an audience may see of it."""


@app.command("odcs")
def export_odcs(
    sources: SourcesArgument = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A folder: one file for each source.")
    ] = None,
    audience: AudienceOption = Audience.internal,
    workspace: WorkspaceOption = None,
) -> int:
    """Write sources as data contracts (Open Data Contract Standard 3.1)."""
    from catalog.validation.opening import open_readable
    from lineage.exchange.odcs.contracts import contract_of

    _, catalog = open_readable(workspace)
    seen = _seen(catalog, audience)
    chosen = _sources(catalog, sources or (), seen)
    made = {key: contract_of(catalog, catalog.sources[key], seen) for key in chosen}
    texts = {f"{key}.odcs.yaml": _yaml(contract) for key, contract in made.items()}
    _write(texts, output, "---\n")
    return 0


@app.command("openlineage")
def export_openlineage(
    run: Annotated[
        str | None,
        typer.Option("--run", help="What a kept run found, as a run event: its name, or `last`."),
    ] = None,
    output: FileOption = None,
    audience: AudienceOption = Audience.internal,
    workspace: WorkspaceOption = None,
) -> int:
    """Write datasets, fields and where they come from as OpenLineage events, one a line."""
    from catalog.validation.opening import open_readable
    from lineage.exchange.openlineage.stating import dataset_events, run_event
    from lineage.graph import build_lineage

    opened, catalog = open_readable(workspace)
    seen = _seen(catalog, audience)
    if run:
        events = [run_event(catalog, _run(opened, run), seen)]
    else:
        events = dataset_events(catalog, build_lineage(catalog), opened.clock.now(), seen)
    text = "".join(f"{_line(event)}\n" for event in events)
    _write_one(text, output)
    return 0


@app.command("skos")
def export_skos(
    output: FileOption = None,
    audience: AudienceOption = Audience.internal,
    workspace: WorkspaceOption = None,
) -> int:
    """Write the glossary as SKOS (RDF, Turtle): entities, attributes and measures, in English
    and Turkish.
    """
    from catalog.validation.opening import open_readable
    from lineage.exchange.skos import glossary
    from lineage.graph import build_lineage

    opened, catalog = open_readable(workspace)
    title = opened.settings.institution
    text = glossary(catalog, build_lineage(catalog), title, _seen(catalog, audience))
    _write_one(text, output)
    return 0


@app.command("csv")
def export_csv(
    output: FileOption = None,
    audience: AudienceOption = Audience.internal,
    workspace: WorkspaceOption = None,
) -> int:
    """Write every edge of lineage as CSV, a line each: from, to, type, how, file, line."""
    from catalog.validation.opening import open_readable
    from lineage.excerpt import whole, within
    from lineage.exchange.rows import edge_rows
    from lineage.graph import build_lineage

    _, catalog = open_readable(workspace)
    hidden = catalog.definitions.keys() - _seen(catalog, audience).keys()
    text = edge_rows(within(whole(build_lineage(catalog)), hidden), catalog)
    _write_one(f"{text}\n", output)
    return 0


def _seen(catalog: Catalog, audience: Audience) -> Mapping[str, Definition]:
    from catalog.visibility import visible_to

    return visible_to(catalog, audience.value)


def _sources(catalog: Catalog, named: Sequence[str], seen: Mapping[str, Definition]) -> list[str]:
    from catalog.errors import UsageError
    from catalog.validation.problems import nearest

    known = [key for key in catalog.sources if f"source:{key}" in seen]
    for name in named:
        if name.removeprefix("source:") not in known:
            raise UsageError(f"no source is called '{name}'; {nearest(name, known)}")
    return [name.removeprefix("source:") for name in named] or known


def _run(workspace: Workspace, name: str) -> RunRecord:
    from catalog.errors import UsageError
    from catalog.store.runs import RunStore

    store = RunStore(workspace.state_url, reading=True)
    found = store.latest() if name == "last" else store.get(name)
    if found is None and store.latest_run(whole=False) is None:
        raise UsageError("no run is kept yet; `tekdogru check` makes one")
    if found is None:
        raise UsageError(f"no run '{name}' is kept; `tekdogru runs` lists them")
    return found


def _write_one(text: str, file: Path | None) -> None:
    _write({file.name if file else "": text}, file.parent if file else None, "")


def _write(texts: Mapping[str, str], folder: Path | None, between: str) -> None:
    from catalog.errors import UsageError
    from catalog.writing import write_whole

    if folder is None:
        typer.echo(between.join(texts.values()), nl=False)
        return
    if folder.is_file():
        raise UsageError(f"--output {folder} is a file; name a folder")
    for name in texts:
        if (folder / name).is_dir():
            raise UsageError(f"--output {folder / name} is a folder; name a file in it")
    for name, text in texts.items():
        write_whole(folder / name, text)
        typer.echo(f"written: {folder / name}")


def _yaml(document: object) -> str:
    import yaml

    text: str = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
    return text


def _line(event: object) -> str:
    import json

    return json.dumps(event, ensure_ascii=False)
