"""Writes the glossary as SKOS in Turtle: what things are called and mean, in both languages."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from catalog.model import Attribute, Catalog, Definition, Entity, Measure
from catalog.model.definition import Language
from lineage.graph import Lineage

_PREFIXES = """\
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
"""
SCHEME = "<urn:tekdogru:glossary>"
_KINDS = ("entity", "attribute", "measure")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NOT_IN_IRIS = re.compile(r"[^A-Za-z0-9._~:/-]")

Statement = tuple[str, str]


def glossary(catalog: Catalog, lineage: Lineage, title: str, seen: Collection[str]) -> str:
    """Turtle of the entities, attributes and measures whose URNs are in `seen`.

    An entity is broader than its attributes; a measure is related to the attributes and measures
    it is calculated from. A name without a language is in that of the workspace.
    """
    named = [one for kind in _KINDS for one in _of_kind(catalog, kind) if one.urn in seen]
    known = {one.urn for one in named}
    scheme = [("a", "skos:ConceptScheme"), ("dct:title", text_of(title))]
    scheme += [("skos:hasTopConcept", iri(one.urn)) for one in named if isinstance(one, Entity)]
    said = (block(iri(one.urn), list(_concept(catalog, lineage, one, known))) for one in named)
    return "\n".join([_PREFIXES, block(SCHEME, scheme), *said])


def _of_kind(catalog: Catalog, kind: str) -> Iterator[Definition]:
    yield from (one for one in catalog.definitions.values() if one.kind == kind)


def _concept(
    catalog: Catalog, lineage: Lineage, one: Definition, known: Collection[str]
) -> Iterator[Statement]:
    own = catalog.language
    yield "a", "skos:Concept"
    yield "skos:inScheme", SCHEME
    yield "skos:notation", text_of(one.path)
    labels = _in_languages(one, "name", own)
    yield from (("skos:prefLabel", text_of(text, language)) for language, text in labels.items())
    for other in dict.fromkeys(one.synonyms):
        if other not in labels.values():
            yield "skos:altLabel", text_of(other, own)
    for language, text in _in_languages(one, "definition", own).items():
        yield "skos:definition", text_of(text, language)
    if isinstance(one, Entity):
        yield "skos:topConceptOf", SCHEME
    yield from _relations(lineage, one, known)
    if one.status != "approved":
        yield "skos:editorialNote", text_of(one.status, "en")
    if one.status in ("deprecated", "retired"):
        yield "owl:deprecated", "true"
    if one.successor in known:
        yield "dct:isReplacedBy", iri(str(one.successor))


def _relations(lineage: Lineage, one: Definition, known: Collection[str]) -> Iterator[Statement]:
    if isinstance(one, Attribute) and f"entity:{one.entity}" in known:
        yield "skos:broader", iri(f"entity:{one.entity}")
    if isinstance(one, Measure):
        for parent in lineage.parents(one.urn):
            if parent in known and parent != one.urn:
                yield "skos:related", iri(parent)


def _in_languages(one: Definition, name: str, own: Language) -> dict[Language, str]:
    """What is written of a definition, by language; what names none is in the workspace's."""
    plain = getattr(one, name) or None
    found: dict[Language, str] = {own: plain} if plain else {}
    for language in ("en", "tr"):
        if written := one.own_words(name, language):
            found[language] = written
    return dict(sorted(found.items()))


# Turtle


def block(subject: str, statements: list[Statement]) -> str:
    """All that is said of one subject."""
    said = " ;\n    ".join(f"{predicate} {value}" for predicate, value in statements)
    return f"{subject}\n    {said} .\n"


def text_of(text: str, language: str | None = None) -> str:
    """A literal: quoted, its special signs escaped, with its language."""
    signs = (_ESCAPES.get(sign) or _visible(sign) for sign in text)
    return f'"{"".join(signs)}"' + (f"@{language}" if language else "")


def iri(urn: str) -> str:
    """A URN of ours as an IRI: `<urn:tekdogru:attribute:customer.email>`."""
    plain = _NOT_IN_IRIS.sub(lambda found: "".join(f"%{b:02X}" for b in found[0].encode()), urn)
    return f"<urn:tekdogru:{plain}>"


def _visible(sign: str) -> str:
    return f"\\u{ord(sign):04X}" if ord(sign) < 32 or 0xD800 <= ord(sign) < 0xE000 else sign
