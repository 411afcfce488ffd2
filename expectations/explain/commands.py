"""The commands `explain` (one entity) and `explain difference` (two numbers)."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from catalog.model.definition import Language
from catalog.options import FormatOption, LanguageOption, OutputFormat, WorkspaceOption
from expectations.difference.commands import difference
from expectations.golden.commands import DayOption


class _EntityUnlessNamed(TyperGroup):
    """`tekdogru explain customer 4711` is `tekdogru explain entity customer 4711`.

    So an entity called as one of the commands is asked for as `explain entity difference 4711`.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["entity", *args]
        return list(super().parse_args(ctx, args))


app = typer.Typer(
    cls=_EntityUnlessNamed,
    no_args_is_help=True,
    help="Explain one golden record, or why two numbers that should be one differ.",
)
app.command("difference")(difference)


@app.command("entity")
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
