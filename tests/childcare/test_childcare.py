"""Nine real files disagree about the same sites: what is found is what plain Python counts."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import unescape
from itertools import combinations
from pathlib import Path

import pytest

from catalog.cli import run as tekdogru

pytestmark = pytest.mark.long

HERE = Path(__file__).parent
KEYS = {
    "CPS_Early_Childhood_Portal_scrape.csv": "cps_portal",
    "ECE Chicago Find a School scrape.csv": "ece_chicago",
    "chapin_dfss_providers_2011_070212.csv": "chapin_dfss",
    "DFSS_AgencySiteLies_2012.csv": "dfss_sites",
    "purple_binder_early_childhood.csv": "purple_binder",
    "NAEYC_accreditation.csv": "naeyc",
    "IDHS_child_care_provider_list.csv": "idhs",
    "chapin_ounce_providers_2011_071112.csv": "chapin_ounce",
    "Ounce of Prevention - Site Locations.csv": "ounce_sites",
}
Row = Mapping[str, str]
Fold = Callable[[str], str]
Found = Mapping[str, Mapping[str, object]]


def words(text: str) -> str:
    """Lower case, and every run of anything but letters and digits one blank."""
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


FOLDS: Mapping[str, tuple[str, Fold]] = {
    "name": ("Site name", words),
    "address": ("Address", words),
    "phone": ("Phone", digits),
    "zip": ("Zip", str.strip),
}


@pytest.fixture(scope="module")
def records(shared_data: Path) -> Sequence[Row]:
    """The records in their order, each with a `site_no` in place of the truth it is made of."""
    file = shared_data / "childcare" / "records.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = [dict(row) for row in csv.DictReader(opened)]
    return [{"site_no": f"S{int(row.pop('True Id')):04}", **row} for row in rows]


@pytest.fixture(scope="module")
def workspace(records: Sequence[Row], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one file per source, quoted line breaks and all."""
    folder = tmp_path_factory.mktemp("childcare")
    shutil.copytree(HERE / "catalog", folder / "catalog")
    (folder / "data").mkdir()
    settings = 'institution = "Childcare"\ntimezone = "America/Chicago"\n[engine]\nsamples = 1000\n'
    (folder / "tekdogru.toml").write_text(settings, encoding="utf-8")
    for source, key in KEYS.items():
        mine = [row for row in records if row["Source"] == source]
        with (folder / "data" / f"{key}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(mine[0]))
            writer.writeheader()
            writer.writerows(mine)
    return folder


@pytest.fixture(scope="module")
def found(workspace: Path) -> Found:
    """The results by check of the command, which ends with 1: the sources disagree."""
    report = workspace / "report.json"
    asked = ["check", "--workspace", str(workspace), "--format", "json", "--output", str(report)]
    assert tekdogru([*asked, "--as-of", "2026-11-20"]) == 1
    document = json.loads(report.read_text(encoding="utf-8"))
    return {one["check"]: one for one in document["results"]}


Speaking = Mapping[str, Mapping[str, Row]]


@pytest.fixture(scope="module")
def speaking(records: Sequence[Row]) -> Speaking:
    """Per source and site the last record, which speaks for it."""
    chosen: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in records:
        chosen[KEYS[row["Source"]]][row["site_no"]] = row
    return chosen


def test_the_file_is_the_one_that_was_described(records: Sequence[Row]) -> None:
    sources = defaultdict(set)
    for row in records:
        sources[row["site_no"]].add(row["Source"])
    assert (len(records), len(sources)) == (3337, 1162)
    assert sum(len(one) > 1 for one in sources.values()) == 725


def test_nothing_ends_in_an_error_and_the_product_knows_no_truth(
    workspace: Path, found: Found
) -> None:
    assert Counter(str(one["verdict"]) for one in found.values()).keys() <= {
        "pass", "fail", "unknown",
    }  # fmt: skip
    for file in (workspace / "data").glob("*.csv"):
        assert "True Id" not in file.read_text(encoding="utf-8").partition("\n")[0]
    stated = (workspace / "catalog/sites.yml").read_text(encoding="utf-8")
    assert "True Id" not in stated


def test_repeated_and_unknown_sites_are_counted(found: Found, speaking: Speaking) -> None:
    repeated = {key: found[f"dataset:{key}.sites/id"]["violations"] for key in KEYS.values()}
    rows = {key: found[f"dataset:{key}.sites/id"]["rows_compared"] for key in KEYS.values()}
    assert sum(int(str(n)) for n in rows.values()) == 3337
    assert repeated == {key: int(str(rows[key])) - len(sites) for key, sites in speaking.items()}
    assert sum(int(str(n)) for n in repeated.values()) == 679
    portal = speaking["cps_portal"].keys()
    for key in [key for key in KEYS.values() if key != "cps_portal"]:
        known = found[f"dataset:{key}.sites/known_to:cps_portal.sites"]
        sites = speaking[key].keys()
        assert (known["rows_compared"], known["violations"]) == (len(sites), len(sites - portal))


Values = Mapping[str, str]


def values_of(speaking: Speaking, key: str, attribute: str) -> Values:
    column, fold = FOLDS[attribute]
    return {site: fold(row[column]) for site, row in speaking[key].items()}


@pytest.mark.parametrize("attribute", FOLDS)
def test_every_pair_of_sources_disagrees_on_exactly_the_sites_that_python_finds(
    found: Found, speaking: Speaking, attribute: str
) -> None:
    """The order of the claims makes 36 pairs; the offending keys are compared, not just counted."""
    for left, right in combinations(KEYS.values(), 2):
        a, b = values_of(speaking, left, attribute), values_of(speaking, right, attribute)
        common = a.keys() & b.keys()
        differing = {site for site in common if a[site] and b[site] and a[site] != b[site]}
        one = found[
            f"attribute:site.{attribute}/agree:{left}.sites.{attribute}~{right}.sites.{attribute}"
        ]
        assert (
            one["rows_available"], one["rows_compared"], one["violations"], one["only_left"],
            one["only_right"],
        ) == (
            len(common), sum(bool(a[s] and b[s]) for s in common), len(differing),
            sum(bool(a[s] and not b[s]) for s in common),
            sum(bool(b[s] and not a[s]) for s in common),
        )  # fmt: skip
        samples = one["samples"]
        assert isinstance(samples, list)
        assert set(samples) == differing


def sites_in_conflict(found: Found, attribute: str) -> set[str]:
    """The union of what every pair of sources disagrees on."""
    keys = [key for key in found if key.startswith(f"attribute:site.{attribute}/agree:")]
    assert len(keys) == 36
    return {str(site) for key in keys for site in _listed(found[key]["samples"])}


def _listed(samples: object) -> Iterable[object]:
    assert isinstance(samples, list)
    return samples


# Sites whose sources disagree where the last record of each source speaks, and beside it what
# SOURCES.md states: any two records of a site differ, also two of one source, among all sites.
DISAGREEMENTS = {"address": (410, 426), "name": (459, 487), "phone": (141, 161)}


@pytest.mark.parametrize("attribute", DISAGREEMENTS)
def test_the_sites_in_conflict_are_those_whose_sources_differ(
    found: Found,
    speaking: Speaking,
    records: Sequence[Row],
    attribute: str,
    record_property: Callable[[str, object], None],
) -> None:
    column, fold = FOLDS[attribute]
    spoken: dict[str, set[str]] = defaultdict(set)
    for key in KEYS.values():
        for site, value in values_of(speaking, key, attribute).items():
            spoken[site] |= {value} - {""}
    written: dict[str, set[str]] = defaultdict(set)
    for row in records:
        written[row["site_no"]] |= {fold(row[column])} - {""}
    ours = {site for site, values in spoken.items() if len(values) > 1}
    theirs = {site for site, values in written.items() if len(values) > 1}
    record_property(f"{attribute} in conflict", f"{len(ours)} (stated {len(theirs)})")
    assert sites_in_conflict(found, attribute) == ours
    assert ours <= theirs
    assert (len(ours), len(theirs)) == DISAGREEMENTS[attribute]


def test_the_golden_record_takes_the_first_source_that_knows(
    found: Found, speaking: Speaking
) -> None:
    sites = {site for known in speaking.values() for site in known}
    for attribute in ("name", "address", "phone"):
        with_value = {
            site
            for key in KEYS.values()
            for site, value in values_of(speaking, key, attribute).items()
            if value
        }
        required = found[f"attribute:site.{attribute}/required"]
        lacking = len(sites) - len(with_value)
        assert (required["rows_compared"], required["violations"]) == (len(sites), lacking)


@pytest.fixture(scope="module")
def pages(workspace: Path, found: Found) -> Path:
    """The site of the workspace, built after the checks ran."""
    assert found
    assert tekdogru(["site", "build", "--workspace", str(workspace)]) == 0
    return workspace / "build" / "site"


def lines_of(page: Path) -> list[list[str]]:
    """The cells of every table line of a page, as text."""
    text = page.read_text(encoding="utf-8")
    lines = re.findall(r"<tr\b.*?</tr>", text, re.DOTALL)
    cells = [re.findall(r"<t[dh]\b.*?</t[dh]>", line, re.DOTALL) for line in lines]
    plain = [[unescape(re.sub(r"<[^>]+>", " ", cell)) for cell in line] for line in cells]
    return [[" ".join(cell.split()) for cell in line] for line in plain]


@pytest.mark.parametrize("attribute", DISAGREEMENTS)
def test_the_disagreements_stand_on_the_attribute_s_page_and_on_the_page_of_conflicts(
    pages: Path, found: Found, attribute: str
) -> None:
    conflicts = lines_of(pages / "all/conflicts/index.html")
    own = lines_of(pages / f"d/attribute-site.{attribute}/index.html")
    wide = [
        (int(str(one["rows_compared"])), int(str(one["violations"])))
        for key, one in found.items()
        if key.startswith(f"attribute:site.{attribute}/agree:")
        and int(str(one["violations"])) >= 10
    ]
    assert len(wide) >= 5
    for compared, differing in wide:
        figures = [f"{compared:,}", f"{differing:,}"]
        assert any(line[2:4] == figures for line in conflicts if len(line) > 3), figures
        assert any(line[1:3] == figures for line in own if len(line) > 2), figures
    text = (pages / f"d/attribute-site.{attribute}/index.html").read_text(encoding="utf-8")
    assert "Do not use" in text


def test_no_value_of_a_record_stands_on_the_pages(pages: Path, records: Sequence[Row]) -> None:
    """Pages show figures and at most keys: no telephone and no address."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(pages.rglob("*.html"))]
    written = "\n".join(texts)
    for column in ("Phone", "Address"):
        values = {row[column].strip() for row in records}
        assert not {value for value in values if len(value) > 6 and value in written}
