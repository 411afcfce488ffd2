"""The glossary as SKOS: what a reader of RDF finds in it is what the catalog says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, SKOS

from catalog.model import Attribute, Catalog, Claim, Entity, Measure
from catalog.visibility import visible_to
from lineage.exchange.skos import block, glossary, iri, text_of
from lineage.graph import build_lineage

MAIL = Attribute(
    key="customer.email",
    name="E-mail",
    name_tr="E-posta",
    definition='Where "he" reads us.',
    definition_tr="Müşterinin\nokuduğu adres.",
    owner="o@b.example",
    synonyms=("mail", "E-mail", "ileti"),
    claims=(Claim(field="a.b.c"),),
)
COUNT = Measure(
    key="reachable",
    name="Reachable",
    definition="Those with a mail.",
    owner="o@b.example",
    status="deprecated",
    replaced_by="other",
    calculation="SELECT count(email) AS value FROM customer",
)
OTHER = COUNT.model_copy(update={"key": "other", "replaced_by": None, "visibility": "public"})
SECRET = COUNT.model_copy(update={"key": "secret", "visibility": "restricted"})
HALF = COUNT.model_copy(update={"key": "half", "calculation": "secret / other"})


@pytest.fixture(scope="module")
def graph() -> Graph:
    catalog = Catalog(
        entities={"customer": Entity(key="customer", name="Customer", name_tr="Müşteri")},
        attributes={MAIL.key: MAIL},
        measures={one.key: one for one in (COUNT, OTHER, SECRET, HALF)},
    )
    text = glossary(catalog, build_lineage(catalog), 'Bank "Ş"', visible_to(catalog))
    return Graph().parse(data=text, format="turtle")


def node(urn: str) -> URIRef:
    return URIRef(f"urn:tekdogru:{urn}")


def said(graph: Graph, urn: str, predicate: URIRef) -> set[object]:
    return set(graph.objects(node(urn), predicate))


def test_names_and_meanings_stand_in_both_languages(graph: Graph) -> None:
    mail = "attribute:customer.email"
    assert said(graph, mail, SKOS.prefLabel) == {Literal("E-mail", "en"), Literal("E-posta", "tr")}
    assert said(graph, mail, SKOS.altLabel) == {Literal("mail", "en"), Literal("ileti", "en")}
    assert said(graph, mail, SKOS.definition) == {
        Literal('Where "he" reads us.', "en"),
        Literal("Müşterinin\nokuduğu adres.", "tr"),
    }


def test_concepts_are_related_as_the_catalog_relates_them(graph: Graph) -> None:
    mail, entity = node("attribute:customer.email"), node("entity:customer")
    assert (mail, SKOS.broader, entity) in graph
    assert (node("measure:reachable"), SKOS.related, mail) in graph
    assert (node("measure:reachable"), DCTERMS.isReplacedBy, node("measure:other")) in graph
    assert (node("measure:reachable"), OWL.deprecated, Literal(True)) in graph
    assert (node("glossary"), SKOS.hasTopConcept, entity) in graph


def test_what_an_audience_may_not_see_is_not_in_it(graph: Graph) -> None:
    assert (node("measure:secret"), RDF.type, SKOS.Concept) not in graph
    assert said(graph, "measure:half", SKOS.related) == {node("measure:other")}
    assert (node("measure:other"), RDF.type, SKOS.Concept) in graph


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    turtle = block(iri("a:b"), [("<urn:p>", text_of(text, "tr"))])
    found = Graph().parse(data=turtle, format="turtle")
    assert list(found.objects()) == [Literal(text, "tr")]
