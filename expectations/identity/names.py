"""Forms of one given name that people and clerks write for each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from catalog.folding import fold

FORMS: tuple[tuple[str, ...], ...] = (
    ("mehmet", "mehmed", "memet"),
    ("muhammet", "muhammed", "muhammad", "mohamed", "mohammed", "muhamed"),
    ("ahmet", "ahmed"),
    ("mahmut", "mahmud"),
    ("hatice", "hatce", "hadice"),
    ("hüseyin", "hüsein", "hussein"),
    ("ibrahim", "ibo"),
    ("süleyman", "solomon"),
    ("abdullah", "abdulla"),
    ("yusuf", "yusif"),
    ("fatma", "fadime", "fatima"),
    ("zeynep", "zeyneb"),
    ("recep", "receb"),
    ("ramazan", "ramadan"),
    ("william", "bill", "will", "billy"),
    ("robert", "bob", "rob", "bobby"),
    ("elizabeth", "liz", "beth", "eliza"),
    ("katherine", "catherine", "kate", "kathryn"),
    ("michael", "mike", "mick"),
)


def forms_of(more: Iterable[Iterable[str]] = ()) -> Mapping[str, str]:
    """Every folded form and the one that stands for its group; a steward's groups win."""
    found: dict[str, str] = {}
    for group in (*FORMS, *more):
        folded = [fold(form) for form in group]
        found.update(dict.fromkeys(folded, folded[0]))
    return found
