"""Reads JSON lines: one object per line, its keys the columns; a key left out is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from catalog.errors import SourceUnreadable
from catalog.model import Dataset
from expectations.sources.port import Extract, quote, require_columns, text_literal

LOOKED_AT = 1000
PIECE = 1 << 20


def read_json_lines(dataset: Dataset, path: Path, where: str, spool: Path) -> Extract:
    """The file as columns of text: numbers and booleans as written, objects as JSON.

    A number such as 7.0 is read as 7, as in every other kind of file.
    """
    wanted = [field.source_column for field in dataset.fields]
    found = list(dict.fromkeys(_first_keys(path, where)))
    rare = [name for name in wanted if name not in found and _occurs(path, name)]
    columns = (*found, *rare)
    require_columns(dataset, columns, where)
    types = ", ".join(f"{text_literal(name)}: 'JSON'" for name in wanted)
    texts = ", ".join(f"{_text(quote(name))} AS {quote(name)}" for name in wanted)
    relation = (
        f"(SELECT {texts} FROM read_json({text_literal(path)}, format='newline_delimited', "
        f"records=true, auto_detect=false, columns={{{types}}}))"
    )
    return Extract(relation, (path,), columns, {}, partial(_explain, path, where))


def _text(column: str) -> str:
    """A JSON value as text; a missing one and null are NULL."""
    text = f"({column} ->> '$')"
    return (
        f"CASE json_type({column}) WHEN 'DOUBLE' THEN regexp_replace({text}, '[.]0$', '') "
        f"ELSE {text} END"
    )


def _first_keys(path: Path, where: str) -> Iterator[str]:
    """The keys of the first objects; SourceUnreadable for what is no JSON object."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if number > LOOKED_AT:
                return
            complaint, keys = _read(line, number == 1)
            if complaint:
                raise SourceUnreadable(f"{where}:{number}: {complaint}")
            yield from keys


def _read(line: bytes, first: bool) -> tuple[str | None, Sequence[str]]:
    """What is wrong with a line, without its values, and the keys of its object."""
    try:
        text = line.decode("utf-8-sig" if first else "utf-8").strip()
        held = json.loads(text) if text else {}
    except UnicodeDecodeError as error:
        return f"byte 0x{line[error.start]:02x} is not UTF-8; save the file as UTF-8", ()
    except json.JSONDecodeError as error:
        return f"column {error.colno} is not JSON ({error.msg}); one object per line is read", ()
    except RecursionError:
        return "its objects are nested too deeply", ()
    if not isinstance(held, dict):
        return "not a JSON object; one object per line is read", ()
    return None, list(held)


def _occurs(path: Path, name: str) -> bool:
    """Whether a key stands anywhere in the file, escaped or not."""
    forms = {json.dumps(name).encode(), json.dumps(name, ensure_ascii=False).encode()}
    kept = max(map(len, forms)) - 1
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            text = tail + piece
            if any(form in text for form in forms):
                return True
            tail = text[-kept:]
    return False


def _explain(path: Path, where: str) -> str | None:
    """The first line that is no JSON object, by its number and never by its values."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            complaint, _ = _read(line, number == 1)
            if complaint:
                return f"{where}:{number}: {complaint}"
    return None
