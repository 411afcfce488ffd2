"""Tests that five questions are answered from the management report's first page alone."""

from __future__ import annotations

import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from consolidating import catalog, cell, decided, judged, known, own, report

from catalog.consolidations import Consolidation, Difference
from catalog.model import Catalog
from catalog.settings import Settings
from expectations.consolidation.management import management_report
from expectations.consolidation.planning import plan_consolidation

EVIL = "<img src=x onerror=alert(1)>"
BOARD = {"audience": [{"who": "Executive board", "who_tr": "Yönetim kurulu", "decision": "plan"}]}


class _Reader(HTMLParser):
    """Reads the text of each element that has an id, and what the page would fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: dict[str, str] = {}
        self.fetched: list[str] = []
        self._open: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        stated = dict(attrs)
        self.fetched += [v for k, v in stated.items() if k in ("src", "href", "srcset")]
        if tag not in ("meta", "link", "br", "img"):
            self._open.append((tag, stated.get("id")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _, key in self._open:
            if key:
                self.texts[key] = " ".join(f"{self.texts.get(key, '')} {data}".split())


def bank() -> Catalog:
    """Two reports that can go (one decided), one owed, one contradicting, one partly covered."""
    return catalog(
        report("large", cell("n"), cell("m", measure="loans"), cell("x", where={"s": "a"}),
               name="Large monthly", **BOARD),
        report("small", cell("n"), effort={"hours": 8}, name="Small digest", team="finance", **BOARD),
        report("weekly", cell("m", measure="loans"), name="Loans weekly", team="risk",
               period="week", effort={"hours": 3}),
        report("owed", cell("n"), name="Supervisor", obligation="BDDK"),
        report("other", own("n", name=EVIL), cell("m", measure="loans"), name="Other"),
        decisions=(decided("gone", "accept", report="weekly", reason="Nobody reads it."),),
    )  # fmt: skip


def planned(made: Catalog) -> Consolidation:
    return plan_consolidation(known(made, judged("large/n", "other/n", "different", alike=True)))


@pytest.fixture(scope="module")
def page() -> str:
    made = bank()
    return management_report(planned(made), made, Settings(institution="Bank"), "en")


@pytest.fixture(scope="module")
def read(page: str) -> dict[str, str]:
    return _Reader(page).texts


def test_which_reports_can_go(read: dict[str, str]) -> None:
    said = read["go"]
    assert "Small digest (Finance)" in said
    assert "Loans weekly (Risk)" in said
    assert "Other" not in said
    assert "never proposed: Supervisor (BDDK)" in said


def test_what_each_saves(read: dict[str, str]) -> None:
    said = read["saves"]
    assert "Loans weekly Risk 13 1,950" in said
    assert "Small digest Finance 8 1,600" in said
    assert "In all 21 3,550" in said
    assert "Risk: 13 hours a month (4.1% of the time of its 2 reporting people)" in said


def test_who_keeps_the_number(read: dict[str, str]) -> None:
    said = read["keeps"]
    assert "active Supervisor Head of retail" in said
    assert "loans Large monthly Head of retail" in said


def test_what_is_lost(read: dict[str, str]) -> None:
    said = read["lost"]
    assert "No number: each is still published." in said
    assert "Small digest: Executive board (plan)" in said


def test_what_is_still_to_decide(read: dict[str, str]) -> None:
    said = read["open"]
    assert "Small digest" in said
    assert "Loans weekly" not in said
    assert "1 number is published under one name with different values" in said


def test_all_five_are_on_the_first_page_and_the_detail_follows(read: dict[str, str]) -> None:
    for key in ("go", "saves", "keeps", "lost", "open"):
        assert read[key] in read["summary"]
    assert "accepted (h@b.example, 18 Nov 2026)" in read["detail"]
    assert "Nobody reads it." in read["detail"]
    assert EVIL in read["detail"]


def explained(pairs: Any) -> list[Difference]:
    """Two causes, one of them nothing by itself, and a rest; what is right is 41."""
    causes = (
        {
            "key": "filter",
            "cause": "filter",
            "share": 30,
            "says": "Filter <s>",
            "says_tr": "Süzgeç",
        },
        {"key": "source", "cause": "source", "share": 0, "says": "Source", "says_tr": "Kaynak"},
    )
    together = ({"causes": ("filter", "source"), "share": 35, "interaction": 5},)
    return [
        Difference(left=one.left, right=one.right, period=one.period or "", left_counted=41)
        if one.left == one.right
        else Difference(
            left=one.left, right=one.right, period=one.period or "", apart=38, remainder=3,
            allowed=ALLOWED.get(one.right, 0), causes=causes, together=together, unknown=("no <day>",),
        )
        for one in pairs
    ]  # fmt: skip


ALLOWED = {"cell:c/n": 3}


def contradicting() -> Catalog:
    return catalog(
        report("a", cell("n", name="Active"), name="First"),
        report("b", own("n", name="Active"), name="Second"),
        report("c", own("n", name="Active"), name="Third"),
    )


def told(language: Any) -> dict[str, str]:
    made = contradicting()
    judge = [judged("a/n", f"{other}/n", "different", alike=True) for other in "bc"]
    judge.append(judged("b/n", "c/n", "different", alike=True))
    published = {f"{key}/n": {"2026-10": n} for key, n in (("a", "41"), ("b", "79"), ("c", "79"))}
    plan = plan_consolidation(known(made, *judge, published=published, explain=explained))
    html = management_report(plan, made, Settings(), language)
    assert "Filter <s>" not in html
    return _Reader(html).texts


def test_the_first_page_says_how_far_a_contradiction_goes_what_is_right_and_who_decides() -> None:
    assert "active 41 to 79 41 Head of retail" in told("en")["open"]


def test_why_numbers_differ_is_told_in_words_cell_by_cell() -> None:
    said = told("en")["detail"]
    assert "By definition: active 41" in said
    assert "Active · Second is 38 higher than Active · First in October 2026." in said
    assert "Filter <s> +30 Source nothing by itself, only together with others" in said
    assert (
        "What these make only together +5 Nobody has explained yet +3 Not known: no <day>" in said
    )
    assert said.count("Left over, within the tolerance +3") == 1
    turkish = told("tr")["detail"]
    assert "Bilinmiyor: no <day>" in turkish
    assert "Ekim 2026: Active · Second, Active · First değerinden 38 fazla." in turkish
    assert "Süzgeç +30 Kaynak tek başına etkisi yok" in turkish


def test_the_page_fetches_nothing_and_runs_nothing(page: str) -> None:
    assert not _Reader(page).fetched
    assert "<script" not in page
    assert EVIL not in page
    assert not re.search(r"url\(|@import|https?://", page)


def test_the_turkish_page_answers_too() -> None:
    made = bank()
    html = management_report(planned(made), made, Settings(institution="Banka"), "tr")
    said = _Reader(html).texts
    assert '<html lang="tr">' in html
    assert "Hangi raporlar kaldırılabilir" in said["go"]
    assert "Small digest: Yönetim kurulu" in said["lost"]
    assert "1.950" in said["saves"]


def test_without_anything_to_free_the_page_says_so() -> None:
    made = catalog(report("a", cell("n")), report("b", cell("n", measure="loans"), effort=None))
    html = management_report(plan_consolidation(known(made)), made, Settings(), "en")
    said = _Reader(html).texts
    assert "None: no report is wholly published by others." in said["go"]
    assert "Nothing: everything is decided." in said["open"]


def test_hours_and_cost_that_nobody_states_are_not_made_up() -> None:
    made = catalog(
        report("a", cell("n"), cell("m", measure="loans")),
        report("b", cell("n"), effort=None, team="unknown"),
    )
    said = _Reader(management_report(plan_consolidation(known(made)), made, Settings(), "en")).texts
    assert "b unknown – –" in said["saves"]
    assert "Where a team states no cost per hour" in said["saves"]


def printed(folder: Path, chromium: str) -> bytes:
    """`report.html` of a folder as PDF."""
    done = subprocess.run(
        [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         f"--print-to-pdf={folder / 'report.pdf'}", f"file://{folder / 'report.html'}"],
        capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return (folder / "report.pdf").read_bytes()


def crowded() -> str:
    """Twelve reports that can go and twelve contradictions, all with long names, in Turkish."""
    name, number = (
        "Bireysel bankacılık müşteri edinim raporu",
        "Kredi kullanan aktif müşteri sayısı",
    )
    reports: list[Any] = []
    against: list[Any] = []
    published: dict[str, dict[str, str]] = {}
    measures: dict[str, Any] = {}
    for n in range(12):
        read = {"audience": [{"who": "Şube müdürleri", "decision": "haftalık görüşme"}]}
        measures[f"m{n}"] = {"name": f"{number} {n}", "unit": "müşteri"}
        reports += [
            report(f"k{n}", cell("n", measure=f"m{n}"), name=f"{name} {n}", **read),
            report(f"g{n}", cell("n", measure=f"m{n}"), name=f"{name} özeti {n}",
                   team=("retail", "risk", "finance")[n % 3]),
            report(f"c{n}", own("n", name=f"{number} {n}"), name=f"{name} çelişen {n}"),
        ]  # fmt: skip
        against += [judged(one, f"c{n}/n", "different", alike=True)
                    for one in (f"measure:m{n}", f"k{n}/n", f"g{n}/n")]  # fmt: skip
        published |= {f"{key}{n}/n": {"2026-10": f"{n}{value}"} for key, value in
                      (("k", "001"), ("g", "001"), ("c", "900"))}  # fmt: skip
    made = catalog(*reports, **measures)
    plan = plan_consolidation(known(made, *against, published=published, explain=explained))
    return management_report(plan, made, Settings(institution="Banka"), "tr")


@pytest.mark.long
@pytest.mark.parametrize("is_crowded", [False, True])
def test_the_five_answers_are_on_one_sheet_of_paper(
    page: str, is_crowded: bool, chromium: str, tmp_path: Path
) -> None:
    """Without the detail one sheet is left."""
    html = crowded() if is_crowded else page
    first, _, rest = html.partition('<section class="detail"')
    alone = first + rest.partition("</section>")[2]
    assert alone.count("<h2>") == 5
    (tmp_path / "report.html").write_text(alone, encoding="utf-8")
    assert len(re.findall(rb"/Type /Page\b", printed(tmp_path, chromium))) == 1


@pytest.mark.long
def test_it_is_one_sheet_of_paper_and_the_detail(page: str, chromium: str, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    raw = printed(tmp_path, chromium)
    assert re.search(rb"/MediaBox \[0 0 59[45]\.\d+ 84[12]\.\d+\]", raw)
    assert len(re.findall(rb"/Type /Page\b", raw)) == 2
