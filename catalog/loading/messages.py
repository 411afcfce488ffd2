"""Turns what pydantic found in an entry into problems its author can mend."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from catalog.loading.yaml_files import YamlFile
from catalog.validation.forms import say_form
from catalog.validation.problems import Problem, nearest

Path = tuple[str | int, ...]


def problems_of(
    error: ValidationError,
    model: type[BaseModel],
    entry: Mapping[str, Any],
    file: YamlFile,
    path: Path,
) -> Iterator[Problem]:
    """Every problem of one entry, each at its own line.

    `path` leads to the entry in the file. Alternatives of a union that all fail are told once.
    """
    whose = f"{path[0]} '{entry.get('key', '?')}'"
    told: set[Path] = set()
    for detail in error.errors(include_url=False):
        loc = _written_path(entry, detail["loc"])
        if loc in told and detail["type"] != "extra_forbidden":
            continue
        if detail["type"] == "too_short" and detail["input"]:  # its items are wrong, not missing
            continue
        told.add(loc)
        code, said = _say(detail, model, loc)
        yield Problem(code, f"{whose}: {said}", place=file.place(*path, *loc))


def _say(detail: ErrorDetails, model: type[BaseModel], loc: Path) -> tuple[str, str]:
    where = ".".join(str(part) for part in loc) or "the entry"
    match detail["type"]:
        case "extra_forbidden":
            owner = _model_at(model, loc[:-1])
            return "TD003", f"unknown key '{where}'; {nearest(str(loc[-1]), _keys(owner))}"
        case "missing":
            return "TD004", f"'{where}' is missing{_why(model, loc)}"
        case "string_pattern_mismatch":
            pattern = (detail.get("ctx") or {}).get("pattern")
            found = detail["input"]
            return "TD005", f"{where}: '{found}' is not a valid key or name (form: {pattern})"
        case _:
            return "TD005", f"{where}: {say_form(detail)}"


def _written_path(entry: Any, loc: tuple[int | str, ...]) -> Path:
    """The part of pydantic's path that is written in the file (it adds names of alternatives)."""
    written: list[str | int] = []
    for index, part in enumerate(loc):
        inside = isinstance(entry, dict) and part in entry
        inside = inside or (isinstance(entry, list) and isinstance(part, int) and part < len(entry))
        if inside:
            entry = entry[part]
            written.append(part)
        elif index == len(loc) - 1 and isinstance(entry, dict):
            written.append(part)
    return tuple(written)


def _model_at(model: type[BaseModel], loc: Path) -> type[BaseModel]:
    for part in loc:
        if isinstance(part, str):
            named = {field.alias or name: field for name, field in model.model_fields.items()}
            if part in named:
                model = next(_models_in(named[part].annotation), model)
    return model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    for part in typing.get_args(annotation):
        yield from _models_in(part)


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _why(model: type[BaseModel], loc: Path) -> str:
    owner = _model_at(model, loc[:-1])
    field = owner.model_fields.get(str(loc[-1])) if loc else None
    return f" ({field.description})" if field and field.description else ""
