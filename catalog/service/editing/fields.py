"""The fields of a definition's form: which of its keys can be edited here, and how each is read."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic.fields import FieldInfo

from catalog.durations import Duration
from catalog.model import Attribute, Catalog, Definition, Measure, Report
from catalog.model.definition import Language
from catalog.service.editing.words import Words

Form = Literal["line", "text", "code", "date", "span", "choice", "list"]
FORM = "/edit/{urn}"
"""Where the form of a definition is, below the service's address."""
EDITABLE: Mapping[str, type[Definition]] = {
    "attribute": Attribute,
    "measure": Measure,
    "report": Report,
}
GROUPS: Mapping[str, tuple[str, ...]] = {
    "meaning": (
        "name", "name_en", "name_tr", "definition", "definition_en", "definition_tr",
        "synonyms", "tags", "notes",
    ),
    "answers": ("owner", "steward", "team", "status", "visibility", "replaced_by"),
    "review": ("expires_on", "review_every", "approved_on"),
    "own": (
        "purpose", "period", "due", "obligation", "workbook", "calculation", "grain", "unit",
        "severity", "valid_for", "personal_data", "purposes",
    ),
}  # fmt: skip
LONG = ("definition", "definition_en", "definition_tr", "notes", "purpose")
OWNERS = ("owner", "steward")


@dataclass(frozen=True)
class Field:
    """One input: the key it edits, how it is written, and the choices where there are any."""

    key: str
    group: str
    form: Form
    required: bool
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def may_be_empty(self) -> bool:
        """Whether nothing need be written."""
        return "" in dict(self.choices) if self.choices else not self.required


@dataclass(frozen=True)
class Mistake:
    """What is wrong with a field, or with the whole form where `key` is ""; in the language of the
    page, but for what is `english` always.
    """

    key: str
    message: str
    english: bool = False


def fields_of(definition: Definition, catalog: Catalog, words: Words) -> list[Field]:
    """The inputs of a definition's form, in order.

    A value of a form that one input cannot show (a unit made of several parts) is left to the file.
    """
    infos = EDITABLE[definition.kind].model_fields
    found = []
    for group, keys in GROUPS.items():
        for key in keys:
            info = infos.get(key)
            if info is None or not _fits(getattr(definition, key)):
                continue
            if key.endswith(f"_{words.of_catalog}"):
                continue  # the plain key is in the catalog's own language
            choices = tuple(_choices(key, info, definition, catalog, words))
            found.append(
                Field(key, group, _form(key, info, bool(choices)), info.is_required(), choices)
            )
    return found


def shown(definition: Definition, field: Field, words: Words) -> str:
    """The present value of a field as its input shows it."""
    return written_as(getattr(definition, field.key), words)


def written_as(value: object, words: Words) -> str:
    """A value as the language writes it."""
    match value:
        case None:
            return ""
        case list() | tuple():
            return ", ".join(str(one) for one in value)
        case date():
            return f"{value:%d.%m.%Y}" if words.language == "tr" else value.isoformat()
        case _:
            return str(value)


def read_values(
    fields: Sequence[Field], written: Mapping[str, str], words: Words
) -> tuple[dict[str, Any], list[Mistake]]:
    """The values that were written, by key, and what is wrong with those that cannot be read.

    None stands for an emptied input.
    """
    values: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for field in fields:
        text = even(written.get(field.key, ""))
        try:
            values[field.key] = _read(text, field, words)
        except ValueError as error:
            mistakes.append(Mistake(field.key, str(error)))
    return values, mistakes


def even(text: str) -> str:
    """A text without blanks around it, its lines ended in one way."""
    return text.replace("\r\n", "\n").strip()


def _read(text: str, field: Field, words: Words) -> Any:
    if not text:
        if field.required:
            raise ValueError(words(f"must.{field.key}"))
        return None
    match field.form:
        case "date":
            return _day(text, words)
        case "span":
            return _span(text, words)
        case "list":
            return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        case "choice" if text not in {value for value, _ in field.choices}:
            raise ValueError(words("must.choose"))
        case "line" if "\n" in text or len(text) > 300:
            raise ValueError(words("must.line"))
        case "text" | "code" if len(text) > 20_000:
            raise ValueError(words("must.shorter"))
        case _:
            return text


def _day(text: str, words: Words) -> date:
    """A day as 2027-01-31 or 31.01.2027."""
    parts = text.split(".") if "." in text else text.split("-")[::-1]
    if len(parts) != 3 or not all(part.strip().isdecimal() for part in parts):
        raise ValueError(words("must.day", found=text))
    day, month, year = (int(part) for part in parts)
    if not 1900 <= year <= 9999:
        raise ValueError(words("must.year", found=text))
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(words("must.real_day", found=text)) from None


def _span(text: str, words: Words) -> str:
    try:
        return str(Duration.parse(text))
    except ValueError:
        raise ValueError(words("must.span", found=text)) from None


def _form(key: str, info: FieldInfo, chosen: bool) -> Form:
    kinds = _kinds(info.annotation)
    if chosen:
        return "choice"
    if date in kinds:
        return "date"
    if Duration in kinds:
        return "span"
    if any(typing.get_origin(kind) is tuple for kind in kinds):
        return "list"
    return "code" if key == "calculation" else "text" if key in LONG else "line"


def _kinds(annotation: Any) -> tuple[Any, ...]:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return typing.get_args(annotation)
    return (annotation,)


def _fits(value: object) -> bool:
    plain = value is None or isinstance(value, str | date | Duration)
    return plain or (isinstance(value, tuple) and all(isinstance(one, str) for one in value))


def _choices(
    key: str, info: FieldInfo, definition: Definition, catalog: Catalog, words: Words
) -> list[tuple[str, str]]:
    language: Language = words.language
    if key in OWNERS:
        found = {
            role.key: _with(role.named(language), role.holder) for role in catalog.roles.values()
        }
        found |= {team.key: team.named(language) for team in catalog.teams.values()}
        mails = {
            one.owner for one in catalog.definitions.values() if one.owner and "@" in one.owner
        }
        found |= {mail: mail for mail in sorted(mails)}
    elif key == "team":
        found = {team.key: team.named(language) for team in catalog.teams.values()}
    else:
        literal = [k for k in _kinds(info.annotation) if typing.get_origin(k) is Literal]
        if not literal:
            return []
        found = {one: words(f"choice.{one}") for one in typing.get_args(literal[0])}
    present = getattr(definition, key)
    if present is not None and str(present) not in found:
        found[str(present)] = str(present)
    empty = (
        []
        if info.is_required() or (info.default is not None and key not in OWNERS)
        else [("", "–")]
    )
    return [*empty, *found.items()]


def _with(name: str, holder: str | None) -> str:
    return f"{name} ({holder})" if holder else name
