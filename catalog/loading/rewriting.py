"""Changes keys of one definition in its YAML file and leaves every other byte as it is."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from catalog.errors import TekdogruError, UsageError
from catalog.loading.loader import KINDS
from catalog.loading.splicing import NotRewritable, Steps, append_entry, remove_entry, splice
from catalog.loading.yaml_files import read_yaml_text
from catalog.model import Cell, Dataset, Field
from catalog.model.definition import Model
from catalog.model.reports import Block
from catalog.writing import write_whole

Edits = Mapping[str, Any]
BOM = "\ufeff"
_LISTS = {model.kind: name for name, model in KINDS.items() if hasattr(model, "kind")}
_PART_MODELS: Mapping[str, type[Model]] = {
    "dataset": Dataset,
    "field": Field,
    "cell": Cell,
    "block": Block,
}
_PARTS = {"dataset": ("sources", "datasets"), "field": ("sources", "datasets", "fields")}


class FileChanged(TekdogruError):
    """The file is no longer the one that was read; nothing was written."""


@dataclass(frozen=True)
class Rewritten:
    """A file before and after an edit; `fingerprint` is of the file before."""

    file: Path
    before: str
    after: str
    fingerprint: str


def fingerprint_of(file: Path) -> str:
    """The hash by which a change of a file is noticed: sha256 of its bytes, in hexadecimal."""
    return sha256(_read(file)).hexdigest()


def preview(file: Path, urn: str, edits: Edits, expected: str | None = None) -> Rewritten:
    """What `rewrite` would write, without writing it; raises as `rewrite` does."""
    raw = _read(file)
    found = sha256(raw).hexdigest()
    if expected is not None and found != expected:
        raise FileChanged(
            f"{file.name} was changed by somebody else since it was read; nothing was written: "
            "read it again and repeat the change"
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise NotRewritable(f"{file} is not UTF-8; save it as UTF-8") from None
    return Rewritten(file, text, _edited(text, urn, edits), found)


def rewrite(file: Path, urn: str, edits: Edits, expected: str | None = None) -> Rewritten:
    """Set keys of the definition `urn` in `file`; a value of None takes a key out.

    Values are text, numbers, booleans, dates, or lists and mappings of these. Comments, order,
    quotes and line ends stay; a new key comes after those that precede it in the model. With
    `expected` (a `fingerprint_of`), raises FileChanged where the file is another by now.
    NotRewritable says why an edit cannot be made, as where a value is shared by an alias: the
    result must load to the same values but for the edit. The file is replaced whole or not at
    all, and two who rewrite at once go one after the other.
    """
    file = file.resolve()
    with _alone(file.parent):
        made = preview(file, urn, edits, expected)
        if made.after != made.before:
            write_whole(file, made.after)
    return made


def append(file: Path, kind: str, entry: Mapping[str, Any], heading: str = "") -> None:
    """Add an entry to the end of a file's list of `kind`; all else stays as it is.

    A file that is not there is made, with `heading` as its comment. NotRewritable says why it
    cannot be done: the result must load to what was there and the entry.
    """
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    with _alone(file.parent):
        text = _read(file).decode("utf-8") if file.exists() else heading
        after = append_entry(text, kind, entry)
        old, new = read_yaml_text(text, "before"), read_yaml_text(after, "after")
        wanted = dict(old.value or {})
        wanted[kind] = [*(wanted.get(kind) or ()), plain_value(entry)]
        if new.problems or new.value != wanted:
            raise NotRewritable(
                f"{file.name} is written in a way that nothing can be added safely; add it by hand"
            )
        write_whole(file, after)


def remove(file: Path, kind: str, key: str) -> None:
    """Take the entry of that key out of a file's list of `kind`; all else stays as it is.

    NotRewritable says why it cannot be done: the result must load to what was there without it.
    """
    file = file.resolve()
    with _alone(file.parent):
        text = _read(file).decode("utf-8")
        after = remove_entry(text, kind, key)
        old, new = read_yaml_text(text, "before"), read_yaml_text(after, "after")
        wanted = dict(old.value or {})
        wanted[kind] = [one for one in wanted.get(kind) or () if one.get("key") != key]
        if not wanted[kind]:
            del wanted[kind]
        if new.problems or (new.value or {}) != wanted:
            raise NotRewritable(
                f"{file.name} is written in a way that nothing can be taken out safely; do it by "
                "hand"
            )
        write_whole(file, after)


def steps_to(urn: str) -> Steps:
    """The way to a definition in its file: the list of its kind and its key there, and so on for
    what it is part of; UsageError for a kind that no file lists.
    """
    kind, _, path = urn.partition(":")
    if kind in _PARTS:
        return tuple(zip(_PARTS[kind], path.split("."), strict=False))
    if kind in ("cell", "block"):
        return tuple(zip(("reports", f"{kind}s"), path.split("/", 1), strict=False))
    if kind not in _LISTS:
        raise UsageError(f"'{urn}' is not a definition that stands in a file")
    return ((_LISTS[kind], path),)


def _edited(text: str, urn: str, edits: Edits) -> str:
    body = text.removeprefix(BOM)
    steps = steps_to(urn)
    order = model_order(urn)
    after = body
    for key, value in edits.items():
        after = splice(after, steps, key, value, order)
    _verify(body, after, steps, edits)
    return text[: len(text) - len(body)] + after


def model_order(urn: str) -> Sequence[str]:
    """The keys of a definition's model, in the order of the model."""
    kind = urn.partition(":")[0]
    model = _PART_MODELS.get(kind) or KINDS[_LISTS[kind]]
    return [field.alias or name for name, field in model.model_fields.items()]


def _verify(before: str, after: str, steps: Steps, edits: Edits) -> None:
    """Both texts must load to the same values but for the edit."""
    old, new = read_yaml_text(before, "before"), read_yaml_text(after, "after")
    wanted = old.value
    entry = _entry(wanted, steps)
    for key, value in edits.items():
        if value is None:
            entry.pop(key, None)
        else:
            entry[key] = plain_value(value)
    if new.problems or new.value != wanted:
        raise NotRewritable(
            "the file is written in a way that this change cannot be made safely (an alias, or a "
            "value of an unusual form); change it in the file itself"
        )


def _entry(value: Any, steps: Steps) -> dict[str, Any]:
    for name, key in steps:
        value = next(one for one in value[name] if one.get("key") == key)
    found: dict[str, Any] = value
    return found


def plain_value(value: Any) -> Any:
    """A value as it reads once it is written: dates and the like as text."""
    match value:
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): plain_value(one) for key, one in value.items()}
        case list() | tuple():
            return [plain_value(one) for one in value]
        case bool() | int() | float():
            return value
        case _:
            return str(value)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise FileChanged(f"{file} cannot be read any more: {error.strerror}") from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One rewriter at a time in a folder; the lock ends with the process that holds it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
