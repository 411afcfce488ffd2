"""The texts of the service's own pages, in English and Turkish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from catalog.model.definition import Language
from catalog.texts import read_texts


def texts() -> Mapping[str, tuple[str, str]]:
    """Every text by `section.key`: English, Turkish."""
    return read_texts("catalog.service.editing")


@dataclass(frozen=True)
class Words:
    """Speaks the language of the page; `of_catalog` is the one the definitions are written in."""

    language: Language
    of_catalog: Language

    def __call__(self, key: str, **values: object) -> str:
        """The text of that key with its values; KeyError when there is no such text."""
        text = texts()[key][self.language == "tr"]
        return text.format(**values) if values else text

    def english(self, text: str) -> str:
        """What the program says in English alone, marked where the page speaks another language."""
        if self.language == "en":
            return text
        return Markup('<span lang="en">{}</span>').format(text)

    def __contains__(self, key: str) -> bool:
        return key in texts()
