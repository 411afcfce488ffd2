"""The command explain: one entity, one attribute or all of them, in words or as JSON."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.model.definition import Language
from catalog.options import FormatOption, LanguageOption, OutputFormat, WorkspaceOption
from expectations.golden.commands import DayOption


def explain(
    entity: Annotated[str, typer.Argument(help="The kind of thing: customer.")],
    id_: Annotated[str, typer.Argument(metavar="ID", help="Which one: 4711.")],
    attribute: Annotated[
        str | None, typer.Argument(help="One attribute: address (default: all, briefly).")
    ] = None,
    workspace: WorkspaceOption = None,
    as_of: DayOption = None,
    language: LanguageOption = None,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show personal values instead of their ends.")
    ] = False,
    format_: FormatOption = OutputFormat.text,
) -> int:
    """Explain one golden record: who said what, which rule decided, who must correct what."""
    from expectations.explain.explaining import Question, explain_entity
    from expectations.explain.narrowing import EXPLAINED
    from expectations.explain.telling import tell_explained
    from expectations.golden.work import opened_job
    from expectations.progress import shown_progress

    day = as_of.date() if as_of else None
    with opened_job(workspace, day, EXPLAINED, entity) as job, shown_progress() as progress:
        spoken: Language = language.value if language else job.workspace.settings.language
        question = Question(entity, id_, attribute, spoken, show_values)
        document = explain_entity(job, question, progress)
    if format_ == OutputFormat.json:
        print(document.model_dump_json(indent=2))
    else:
        whole = attribute is not None
        print("\n".join(tell_explained(document, job.catalog, whole=whole)))
    return 0
