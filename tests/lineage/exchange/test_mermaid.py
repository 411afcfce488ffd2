"""Facts about lineage as a Mermaid chart."""

from __future__ import annotations

import re

import pytest

from lineage.excerpt import Excerpt, around, whole
from lineage.exchange import mermaid as module
from lineage.exchange.mermaid import escaped, mermaid

NODE = re.compile(r'^  \w+\["[^"\[\]{}<>`|]*(<br/>[^"\[\]{}<>`|]*)?"\]$')
ARROW = re.compile(r'^  n\d+ (-->|-\.->)\|"[^"|]+"\| n\d+$')


def test_every_line_is_a_box_or_an_arrow_whatever_the_names_are(bank):
    lineage, catalog = bank
    head, *lines = mermaid(whole(lineage), catalog).splitlines()
    assert head == "flowchart LR"
    assert [line for line in lines if not NODE.match(line) and not ARROW.match(line)] == []


def test_a_box_shows_name_kind_and_key_and_arrows_point_downstream(bank):
    lineage, catalog = bank
    text = mermaid(around(lineage, "measure:reachable", "down", 1), catalog)
    assert 'n0["Reachable<br/>measure reachable"]' in text
    assert 'n0 -->|"implements"| n1' in text


def test_arrows_are_dotted_where_no_value_comes_along(bank):
    lineage, catalog = bank
    arrows = [line for line in mermaid(whole(lineage), catalog).splitlines() if "|" in line]
    dotted = [line for line in arrows if "-.->" in line]
    assert [line.split("|")[1] for line in dotted] == ['"derives (filter)"']
    assert len(dotted) < len(arrows)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('a "b"', "a #34;b#34;"),
        ("x] --> y", "x#93; --#62; y"),
        ("a#35;b", "a#35;35#59;b"),
        ("ş\nİ", "ş İ"),
        ("5 %% x", "5 #37;#37; x"),
        ("`**b**`", "#96;#42;#42;b#42;#42;#96;"),
    ],
)
def test_signs_of_the_language_are_written_as_entities(text, shown):
    assert escaped(text) == shown


def test_long_names_are_cut():
    assert len(escaped("a" * 500)) == module.LONGEST


def test_a_chart_too_large_is_cut_and_says_so(bank, monkeypatch):
    lineage, catalog = bank
    monkeypatch.setattr(module, "MOST_NODES", 3)
    monkeypatch.setattr(module, "MOST_ARROWS", 1)
    everything = whole(lineage)
    text = mermaid(everything, catalog)
    assert len(re.findall(r"^  n\d+\[", text, re.MULTILINE)) == 3
    assert len(re.findall(r"^  n\d+ -", text, re.MULTILINE)) <= 1
    assert f"{len(everything.nodes) - 3} more definitions" in text
    assert "--depth" in text


def test_what_could_not_be_followed_is_counted_in_a_box(bank):
    lineage, catalog = bank
    text = mermaid(around(lineage, "measure:reachable", "up"), catalog)
    assert 'lost["1 piece(s) could not be followed' in text


def test_one_definition_alone_is_a_chart(bank):
    _, catalog = bank
    text = mermaid(Excerpt("team:retail", "both", ("team:retail",), (), ()), catalog)
    assert len(text.splitlines()) == 2
