"""The command explain: one entity, one attribute or all of them, or why two numbers differ."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.model.definition import Language
from catalog.options import FormatOption, LanguageOption, OutputFormat, WorkspaceOption
from expectations.difference.commands import tell_one
from expectations.golden.commands import DayOption

DIFFERENCE = "difference"
"""Instead of an entity: the two arguments after it are numbers. An entity of that name is asked
for as `entity:difference`.
"""


def explain(
    entity: Annotated[
        str, typer.Argument(help="The kind of thing: customer; or `difference`, of two numbers.")
    ],
    id_: Annotated[str, typer.Argument(metavar="ID", help="Which one: 4711; or one number.")],
    attribute: Annotated[
        str | None,
        typer.Argument(
            help="One attribute: address (default: all, briefly); or the other number: a cell or a "
            "measure."
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    as_of: DayOption = None,
    language: LanguageOption = None,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show personal values instead of their ends.")
    ] = False,
    period: Annotated[
        str | None,
        typer.Option("--period", help="Of `difference`: 2026-10 (default: the last that is over)."),
    ] = None,
    format_: FormatOption = OutputFormat.text,
) -> int:
    """Explain one golden record: who said what, which rule decided, who must correct what; or, as
    `explain difference CELL CELL`, why two numbers that should be one differ.
    """
    from catalog.errors import UsageError

    day = as_of.date() if as_of else None
    if entity == DIFFERENCE:
        if attribute is None:
            raise UsageError("explain difference takes two numbers: cells, or a cell and a measure")
        return tell_one(
            workspace,
            id_,
            attribute,
            period=period,
            as_of=day,
            language=language.value if language else None,
            show_values=show_values,
            form=format_,
        )
    if period:
        raise UsageError(f"--period belongs to `explain {DIFFERENCE}`; a day is named by --as-of")
    entity = entity.removeprefix("entity:")
    from expectations.explain.explaining import Question, explain_entity
    from expectations.explain.narrowing import EXPLAINED
    from expectations.explain.telling import tell_explained
    from expectations.golden.work import opened_job
    from expectations.progress import shown_progress

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
