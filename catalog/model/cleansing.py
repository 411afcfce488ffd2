"""The steps that values go through: which stay presentable, and which only fold to compare."""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

CleanseStep = Literal[
    "trim",
    "spaces",
    "lower",
    "upper",
    "lower_tr",
    "upper_tr",
    "title_tr",
    "digits",
    "phone",
    "email",
    "national_id",
    "tax_id",
    "iban",
    "date",
    "number",
]
FoldStep = Literal["fold", "punctuation", "address", "name"]
CompareStep = Literal[CleanseStep, FoldStep]

CLEANSE_STEPS: Final[tuple[str, ...]] = get_args(CleanseStep)
"""Steps whose result people may be shown; `td_<step>` is what each does."""
FOLD_STEPS: Final[tuple[str, ...]] = get_args(FoldStep)
"""Steps whose result is good for comparing alone."""
SETTLED_STEPS: Final = ("phone", "email", "national_id", "tax_id", "iban")
"""Steps that ask a library about the values which SQL leaves open."""


def refuse_folds(steps: Any) -> Any:
    """The steps as they are; ValueError for one that would not leave a value presentable."""
    folds = (
        [step for step in steps if step in FOLD_STEPS] if isinstance(steps, list | tuple) else []
    )
    if folds:
        raise ValueError(
            f"{', '.join(folds)} only folds values for comparison and leaves nothing that can be "
            f"shown to people: move it to `compare`; known here: {', '.join(CLEANSE_STEPS)}"
        )
    return steps


def require_one_kind(cleanse: tuple[str, ...], compare: tuple[str, ...]) -> None:
    """ValueError where values are treated as of two kinds, or twice as of one."""
    for name, steps in (("cleanse", cleanse), ("compare", compare)):
        twice = [step for step in SETTLED_STEPS if steps.count(step) > 1]
        if twice:
            raise ValueError(f"{name} names {twice[0]} twice; once is enough")
    kinds = [step for step in SETTLED_STEPS if step in (*cleanse, *compare)]
    if len(kinds) > 1:
        raise ValueError(
            f"a value cannot be {' and '.join(kinds)} at once: keep one of them in `cleanse` and "
            "`compare`"
        )
