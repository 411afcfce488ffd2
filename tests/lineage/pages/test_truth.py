"""What pages tell of the truth: golden records, conflicts, corrections, trust, identity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from bank_pages import bank_context
from commands import run_quietly
from portrayed import CUSTOMERS, write_bank
from workspaces import change

from catalog.model.definition import Language
from catalog.portraits import AttributePortrait, IdentityPortrait, Portrait
from catalog.workspace import open_workspace
from lineage.graph import build_lineage
from lineage.pages.context import PageContext
from lineage.pages.reading import read_workspace
from lineage.pages.render import render_pages
from lineage.pages.search import entries_of
from lineage.pages.truth import Truth

pytestmark = pytest.mark.long
MAIL, CONFLICTS = "d/attribute-customer.mail/index.html", "c/customer.mail/index.html"
OVERVIEW = "all/truth/index.html"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bank resolved, with seven corrections and evidence on a dozen letters that came back."""
    folder = write_bank(tmp_path_factory.mktemp("truth"))
    change(folder, "valid_for: 90y", "valid_for: 90y\n    corrections: {within: 10d}")
    rows = [
        f"{n},customer.mail,core.{n}@secret.example,bounce,{'wrong' if n < 1003 else 'right'},{date.today()},"
        for n in range(1001, 1013)
    ]
    head = "entity_id,attribute,value,kind,result,on,note"
    (folder / "evidence.csv").write_text("\n".join([head, *rows]), "utf-8")
    said("resolve", "-w", folder)
    for n in range(1014, 1021):
        to = ("--to", f"new.{n}@secret.example", "--reason", "told us", "--by", "a@bank.example")
        said("correct", n, "customer.mail", *to, "-w", folder)
    said("corrections", "evidence", folder / "evidence.csv", "-w", folder)
    said("resolve", "-w", folder)
    return folder


def said(*arguments: object) -> None:
    done = run_quietly(*arguments)
    assert done.status == 0, done.err


def context(bank: Path, language: Language = "en") -> PageContext:
    return read_workspace(open_workspace(bank), language)


def pages(ctx: PageContext) -> dict[str, str]:
    return {page.address: page.html for page in render_pages(ctx)}


def words(html: str) -> str:
    """What a page says, with a blank where a tag stood."""
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
    return re.sub(r" ([.,;:)])", r"\1", text)


@pytest.fixture(scope="module")
def english(bank: Path) -> dict[str, str]:
    return pages(context(bank))


@pytest.fixture(scope="module")
def turkish(bank: Path) -> dict[str, str]:
    return pages(context(bank, "tr"))


def test_an_attribute_tells_its_states_who_wins_and_what_decided(english: dict[str, str]) -> None:
    told = words(english[MAIL])
    for sentence in (
        "30 current 100%",
        "On 19 of 30 customers (63.3%) independent sources disagree. Who says what, and why one wins",
        "Core banking 23 7 53% right (",
        ") found right: 10, wrong: 9 CRM 0 19",
        "a data steward 7 0 –",
        "It won because it is current and the others are stale. 12",
        "100% in 30 days, 100% in 60 days, 100% in 90 days.",
        "7 verified corrections have not arrived everywhere.",
        "CRM 7 – 0 days Head of CRM",
    ):
        assert sentence in told, sentence


def test_conflicts_are_told_in_the_words_of_explain(
    english: dict[str, str], turkish: dict[str, str]
) -> None:
    told = words(english[CONFLICTS])
    for sentence in (
        "The golden record of Customer example 1 holds “A” as E-mail.",
        "It comes from Core banking (core.customers), confirmed by the customer on",
        "It won because it is current and the others are stale.",
        "CRM says “B” (without a time): it lost because it is no longer current.",
        "Letters reads crm.customers.mail and finds “B”: another value.",
        "To be put right in crm.customers.mail, where “B” stands: Head of CRM, crm@bank.example, phone ext. 9.",
    ):
        assert sentence in told
    told = words(turkish[CONFLICTS])
    for sentence in (
        "Müşteri örnek 1 için altın kayıttaki değer (E-posta): “A”.",
        "CRM: “B” (zamanı belli değil); güncelliğini yitirdiği için seçilmedi.",
        "Mektuplar: crm.customers.mail alanını okuyor ve “B” buluyor; bu başka bir değer.",
    ):
        assert sentence in told


def test_patterns_name_both_sides_and_lead_to_a_case_of_theirs(english: dict[str, str]) -> None:
    rows = re.findall(r"<tr>.*?</tr>", english[CONFLICTS].replace("\n", " "))
    crm = next(row for row in rows if "CRM" in row and "Core banking" in row)
    assert 'href="#example-1"' in crm
    assert 'id="example-1"' in english[CONFLICTS]


def test_no_page_holds_a_value_or_an_id_of_anybody(
    english: dict[str, str], turkish: dict[str, str], bank: Path
) -> None:
    for ctx, found in ((context(bank), english), (context(bank, "tr"), turkish)):
        everything = "".join(found.values()) + "".join(one.text for one in entries_of(ctx))
        assert "secret" not in everything.lower()
        assert [n for n in CUSTOMERS if f"{n}" in words(everything)] == []


def test_every_link_leads_to_a_page_or_a_place_on_it(english: dict[str, str]) -> None:
    for address, html in english.items():
        for href in re.findall(r'href="([^"]+)"', html):
            if href.startswith(("mailto:", "http")):
                continue
            path, _, place = href.partition("#")
            aim = str(Path(address).parent.joinpath(path)) if path else address
            parts: list[str] = []
            for part in aim.split("/"):
                parts = parts[:-1] if part == ".." else [*parts, part]
            target = "/".join(parts).partition("?")[0]
            assert target in english or target.startswith("reading"), (address, href)
            assert not place or f'id="{place}"' in english[target]


def test_the_overview_lists_the_contested_first_with_corrections_and_trust(
    english: dict[str, str],
) -> None:
    told = words(english[OVERVIEW])
    assert re.search(r"Customer As of \d+ \w+ \d{4}. 30 golden records", told)
    rows = english[OVERVIEW].partition("Attribute by attribute")[2]
    names = re.findall(r'<tr data-[^>]*><th scope="row"><a[^>]*>([^<]+)', rows)
    assert names == ["Note", "E-mail", "Segment"]
    for line in (
        "CRM E-mail 7 – 0 days Head of CRM",
        "Letters E-mail 7 – 0 days core@bank.example",
    ):
        assert line in told
    assert "Measured from verified corrections and evidence from outside" in told
    assert "E-mail Core banking" in told


def test_a_system_and_a_touchpoint_say_what_they_have_not_taken_over(
    english: dict[str, str],
) -> None:
    told = words(english["d/source-crm/index.html"])
    assert "Corrections it has not taken over" in told
    assert "How far it can be trusted" in told
    told = words(english["d/touchpoint-letters/index.html"])
    assert "Corrections it has not taken over" in told
    assert "another value than the golden record’s" in told


def test_lists_of_corrections_and_trust_can_be_narrowed(english: dict[str, str]) -> None:
    assert 'data-owner="crm_owner"' in english["all/corrections/index.html"]
    assert 'data-source="core"' in english["all/trust/index.html"]


def test_search_finds_the_pages(bank: Path) -> None:
    titles = {entry.title: entry.address for entry in entries_of(context(bank))}
    assert titles["E-mail: who says what"] == CONFLICTS
    assert titles["The truth"] == OVERVIEW
    assert {"Corrections that have not arrived", "How far sources can be trusted"} <= set(titles)


def test_before_resolving_pages_say_what_to_run(tmp_path: Path) -> None:
    found = pages(bank_context(tmp_path))
    for address in (
        "d/attribute-customer.email/index.html",
        OVERVIEW,
        "d/entity-customer/index.html",
    ):
        assert "<code>tekdogru resolve</code>" in found[address]
    assert not [address for address in found if address.startswith("c/")]


def test_a_rule_that_changed_since_is_said(bank: Path) -> None:
    ctx = context(bank)
    portrait = ctx.truth.portraits["customer"]
    older = tuple(one.model_copy(update={"version": "00000000"}) for one in portrait.attributes)
    truth = replace(
        ctx.truth, portraits={"customer": portrait.model_copy(update={"attributes": older})}
    )
    found = pages(replace(ctx, truth=truth))
    changed = "The rule has changed since"
    assert changed in found[MAIL]
    assert changed in found[CONFLICTS]
    assert changed not in pages(ctx)[MAIL]


def test_a_restricted_source_leaves_no_trace(bank: Path, tmp_path: Path) -> None:
    """What was resolved while it was not restricted is shown no more."""
    ctx = context(bank)
    yaml = (bank / "catalog" / "definitions.yml").read_text("utf-8")
    hidden = tmp_path / "hidden"
    (hidden / "catalog").mkdir(parents=True)
    (hidden / "tekdogru.toml").write_text("")
    text = yaml.replace(
        "key: crm\n    name: CRM", "key: crm\n    name: Zqsystem\n    visibility: restricted"
    )
    (hidden / "catalog" / "definitions.yml").write_text(text, "utf-8")
    catalog = open_workspace(hidden).load().catalog
    found = pages(replace(ctx, catalog=catalog, lineage=build_lineage(catalog)))
    everything = "".join(found.values())
    assert "Zqsystem" not in everything
    assert "crm.customers" not in everything
    assert (
        "No case is shown, because the attribute rests on something that is not shown here."
        in found[CONFLICTS]
    )


def test_few_people_are_not_counted_and_cannot_be_counted_back(tmp_path: Path) -> None:
    portrait = AttributePortrait(
        attribute="customer.email", version="x", entities=103, contested=3,
        states={"current": 100, "missing": 3}, sources={"core": 98, "crm": 2}, claims={1: 98, 2: 2},
        reasons={"all_agree": 97, "priority": 3}, lasting={30: 99, 60: 90, 90: 80},
    )  # fmt: skip
    ctx = bank_context(tmp_path)
    whole = Portrait(
        entity="customer", as_of=ctx.today, records=103, unmatched=0, attributes=(portrait,)
    )
    found = pages(replace(ctx, truth=Truth(portraits={"customer": whole})))
    for address in ("d/attribute-customer.email/index.html", OVERVIEW):
        told = words(found[address])
        assert "fewer than 5" in told
        assert not re.search(r"\b(100|98|97) (current|values)", told)
        assert "97.1%" not in told


MATCH = """match:
      keys: [{attribute: customer.email, joins: [person], across: review}]
      blocking: [[{attribute: customer.city, first: 3}]]
      comparisons: [{attribute: customer.city, as: words, frequency: true}]
      merge: 0.99
      review: 0.2
      agree: [customer.city]
    subtypes: {person: "segment = 'retail'"}"""


def test_an_entity_says_how_its_records_are_matched_and_what_came_of_it(tmp_path: Path) -> None:
    ctx = bank_context(
        tmp_path,
        definitions=(
            "  - {key: customer, name: Customer, name_tr: Müşteri}",
            f"  - key: customer\n    name: Customer\n    name_tr: Müşteri\n    {MATCH}",
        ),
    )
    told = words(pages(ctx)["d/entity-customer/index.html"])
    for sentence in (
        "the same E-mail address, of these kinds only: person.",
        "İstanbul district: by the words they have in common; a rare value tells more than a frequent one",
        "İstanbul district (first 3 letters)",
        "Records are merged by themselves from a probability of 99.0% on; from 20.0% on a steward is asked.",
        "Nobody is merged by themselves who differs in: İstanbul district.",
        "Its records have not been matched yet: run tekdogru match.",
    ):
        assert sentence in told
    matched = IdentityPortrait(
        entity="customer", as_of=ctx.today, version="x", records=900, entities=700,
        joined_by={"key": 300, "model": 3}, to_review=12, sizes={1: 500, 2: 199, 7: 1},
        datasets={"core.customers": 500, "crm.customers": 400},
    )  # fmt: skip
    told = words(
        pages(replace(ctx, truth=Truth(identities={"customer": matched})))[
            "d/entity-customer/index.html"
        ]
    )
    for sentence in (
        "Matched on 21 Nov 2026: 900 records are 700 different ones.",
        "12 pairs wait for a steward.",
        "How records are matched has changed since.",
        "Records joined by likeness fewer than 5",
    ):
        assert sentence in told


def test_where_no_id_is_stated_records_are_identified_by_matching(tmp_path: Path) -> None:
    ctx = bank_context(
        tmp_path,
        definitions=(
            "        id: no\n        fields: [{key: no, type: code}, {key: email, type: email}, {key: city}]",
            "        record: no\n        fields: [{key: no, type: code}, {key: email, type: email}, {key: city}]",
        ),
    )
    told = words(pages(ctx)["d/entity-customer/index.html"])
    assert "by matching" in told
    assert "None" not in told


def test_what_records_are_matched_by_is_lineage_and_no_stain(tmp_path: Path) -> None:
    plain = bank_context(tmp_path / "plain")
    ctx = bank_context(
        tmp_path / "matched",
        definitions=(
            "  - {key: customer, name: Customer, name_tr: Müşteri}",
            f"  - key: customer\n    name: Customer\n    name_tr: Müşteri\n    {MATCH}",
        ),
    )
    edges = [one for one in ctx.lineage.edges() if one.type == "matches"]
    assert {(one.upstream, one.downstream, one.how) for one in edges} == {
        (f"field:{source}.customers.{field}", "entity:customer", f"customer.{field}")
        for source in ("core", "crm")
        for field in ("email", "city")
    }
    assert {one.dependency for one in edges} == {"condition"}
    assert "measure:active" in ctx.lineage.down("field:crm.customers.city")
    assert "measure:active" not in plain.lineage.down("field:crm.customers.city")
    assert ctx.answers["entity:customer"] == plain.answers["entity:customer"]


def scripts(html: str) -> Iterator[str]:
    yield from re.findall(r"<script|style=|onclick", html)


def test_pages_carry_no_script_or_style_of_their_own(english: dict[str, str]) -> None:
    for address in (MAIL, CONFLICTS, OVERVIEW):
        assert list(scripts(english[address])) == []
