"""The reports for CI: valid by their schemas, at the right lines, in words that can be judged."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import validators
from markdown import markdown as to_html
from planted import BROKEN, TYPE_CHECK, WAIVED_CHECK, PlantedBank, plant, same_each_time
from workspaces import write_workspace

from catalog.errors import CatalogInvalid, UsageError
from catalog.model import Catalog, Role, Team
from catalog.results import Result
from catalog.validation.opening import open_valid
from expectations.reports import github, gitlab, junit, markdown, sarif
from expectations.reports.formats import ReportFormat, find_destinations
from expectations.reports.kinds import KINDS
from expectations.reports.rendering import (
    OF_PROBLEMS,
    OF_RUNS,
    folder_below,
    tell_problems,
    tell_run,
    write_reports,
)
from expectations.reports.telling import Telling

HERE = Path(__file__).parent
JENKINS = xmlschema.XMLSchema(HERE / "schemas/junit-10.xsd")
SCHEMA = json.loads((HERE / "schemas/sarif-2.1.0-rtm.5.json").read_text("utf-8"))
CHECKER = validators.validator_for(SCHEMA)
SARIF = CHECKER(SCHEMA, format_checker=CHECKER.FORMAT_CHECKER)
NASTY = "<script>x</script> [a](javascript:b) ::error::x\n# *b* `c` \x1b[2J \x00 \u202e & ]]> $x$ %0A İı"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> PlantedBank:
    """The sample bank with planted faults."""
    return plant(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def telling(bank: PlantedBank) -> Telling:
    """Today's run of it."""
    return bank.telling()


def assert_sarif(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    SARIF.validate(document)
    return document


def assert_junit(text: str) -> ElementTree.Element:
    root = ElementTree.fromstring(text)
    JENKINS.validate(root)
    for suite in root:
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        assert suite.get("failures") == str(sum(c.find("failure") is not None for c in cases))
        assert suite.get("errors") == str(sum(c.find("error") is not None for c in cases))
    return root


def results_of(telling: Telling) -> Mapping[str, Result]:
    return {result.check: result for result in telling.record.results}


def line_of_the_claim(bank: PlantedBank) -> int:
    """The line on which the attribute claims the field that was broken."""
    lines = (bank.root / "catalog/customer.yml").read_text("utf-8").splitlines()
    (found,) = [
        n for n, line in enumerate(lines, 1) if "{field: call_centre.contacts.eposta" in line
    ]
    return found


# what people see


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "format_", "language"),
    [
        ("report.sarif.json", ReportFormat.sarif, "en"),
        ("junit.xml", ReportFormat.junit, "en"),
        ("github.txt", ReportFormat.github, "en"),
        ("gitlab.json", ReportFormat.gitlab, "en"),
        ("summary.md", ReportFormat.markdown, "en"),
        ("summary.tr.md", ReportFormat.markdown, "tr"),
    ],
)
def test_the_planted_faults_are_told_as_in_the_snapshots(
    telling: Telling, name: str, format_: ReportFormat, language: str
) -> None:
    """With SNAPSHOTS=write in the environment the files are written anew, to be read before they
    are committed.
    """
    told = same_each_time(tell_run(replace(telling, language=language), format_))  # type: ignore[arg-type]
    file = HERE / "snapshots" / name
    if os.environ.get("SNAPSHOTS") == "write":
        file.write_text(told, encoding="utf-8")
    assert told == file.read_text("utf-8")


# SARIF


@pytest.mark.long
def test_sarif_is_valid_and_places_the_planted_fault_on_its_yaml_line(
    bank: PlantedBank, telling: Telling
) -> None:
    run = assert_sarif(sarif.told_run(telling))["runs"][0]
    found = {one["properties"]["check"]: one for one in run["results"]}
    planted = found[TYPE_CHECK]
    place = planted["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {
        "uri": "bank/catalog/customer.yml",
        "uriBaseId": "%SRCROOT%",
    }
    assert place["region"]["startLine"] == line_of_the_claim(bank)
    assert (planted["level"], planted["baselineState"]) == ("error", "new")
    assert planted["message"]["text"].startswith(f"E-mail address: {BROKEN} of 133 values")
    assert planted["ruleId"] == run["tool"]["driver"]["rules"][planted["ruleIndex"]]["id"] == "type"
    cells = [one["logicalLocations"][-1] for one in planted["relatedLocations"]]
    assert {
        "name": "Özet!C8",
        "fullyQualifiedName": "reports/bireysel_{period}.xlsx!Özet!C8",
        "kind": "spreadsheetCell",
    } in cells


@pytest.mark.long
def test_sarif_never_shows_what_is_unknown_as_passed(telling: Telling) -> None:
    run = assert_sarif(sarif.told_run(telling))["runs"][0]
    unknown = {r.check for r in telling.record.results if r.verdict == "unknown"}
    opened = {r["properties"]["check"] for r in run["results"] if r["kind"] == "open"}
    noted = run["invocations"][0]["toolExecutionNotifications"]
    assert unknown
    assert opened == unknown
    assert len(noted) == len(unknown)
    assert all(
        "Reason: call_centre.calls cannot be read" in one["message"]["text"] for one in noted
    )


@pytest.mark.long
def test_a_waiver_suppresses_in_sarif_and_one_that_ended_does_not(telling: Telling) -> None:
    def suppressions(told: Telling) -> list[dict[str, Any]]:
        results = assert_sarif(sarif.told_run(told))["runs"][0]["results"]
        (found,) = [r for r in results if r["properties"]["check"] == WAIVED_CHECK]
        return found["suppressions"]  # type: ignore[no-any-return]

    (holds,) = suppressions(telling)
    assert (holds["kind"], holds["status"]) == ("external", "accepted")
    assert "The call centre's export is being mended." in holds["justification"]
    waived = results_of(telling)[WAIVED_CHECK]
    assert waived.waiver is not None
    ended = waived.model_copy(
        update={"waiver": waived.waiver.model_copy(update={"state": "ended"})}
    )
    (over,) = suppressions(with_results(telling, [ended]))
    assert over["status"] == "rejected"


@pytest.mark.long
def test_a_finding_keeps_its_fingerprint_when_its_line_moves(telling: Telling) -> None:
    def prints(told: Telling) -> list[Any]:
        results = assert_sarif(sarif.told_run(told))["runs"][0]["results"]
        return [r["partialFingerprints"] for r in results]

    moved = [r.model_copy(update={"line": (r.line or 0) + 7}) for r in telling.record.results]
    assert prints(with_results(telling, moved)) == prints(telling)
    assert len({json.dumps(one) for one in prints(telling)}) == len(telling.bad)
    listed = json.loads(gitlab.told_run(telling))
    assert len({one["fingerprint"] for one in listed}) == len(telling.bad)


@pytest.mark.long
def test_without_a_history_nothing_is_said_to_be_new(telling: Telling) -> None:
    told = replace(telling, earlier={}, since={})
    results = assert_sarif(sarif.told_run(told))["runs"][0]["results"]
    assert all("baselineState" not in one for one in results)
    assert "Failing since: no history is kept" in markdown.told_run(told)


@pytest.mark.long
def test_what_failed_the_last_time_is_unchanged_and_what_was_a_warning_is_updated(
    telling: Telling,
) -> None:
    told = replace(telling, earlier={TYPE_CHECK: "fail", WAIVED_CHECK: "warn"})
    results = assert_sarif(sarif.told_run(told))["runs"][0]["results"]
    states = {one["properties"]["check"]: one["baselineState"] for one in results}
    assert (states.pop(TYPE_CHECK), states.pop(WAIVED_CHECK)) == ("unchanged", "updated")
    assert set(states.values()) == {"new"}


@pytest.mark.long
def test_every_kind_of_check_of_the_sample_bank_has_help(bank: PlantedBank) -> None:
    from expectations.runner import plan_checks

    workspace, catalog = open_valid(bank.root)
    plan = plan_checks(workspace, catalog, date(2026, 11, 20), None)
    assert {check.kind for check in plan.checks} - set(KINDS) == set()


# JUnit


@pytest.mark.long
def test_junit_is_valid_and_holds_each_check_once(telling: Telling) -> None:
    root = assert_junit(junit.told_run(telling))
    cases = root.findall("*/testcase")
    named = [(case.get("classname"), case.get("name")) for case in cases]
    assert len(named) == len(set(named)) == len(telling.record.results)
    (planted,) = [
        case
        for case in cases
        if case.get("classname") == "attribute.customer.email"
        and case.get("name") == "type:call_centre.contacts.eposta"
    ]
    failure = planted.find("failure")
    assert failure is not None
    assert (failure.get("type"), str(failure.get("message"))[:27]) == (
        "critical",
        f"E-mail address: {BROKEN} of 133 v",
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("verdict", "element"),
    [("fail", "failure"), ("unknown", "error"), ("error", "error"), ("warn", "system-out")],
)
def test_junit_tells_each_verdict_by_its_element_and_skips_nothing(
    telling: Telling, verdict: str, element: str
) -> None:
    one = results_of(telling)[TYPE_CHECK].model_copy(update={"verdict": verdict})
    (case,) = assert_junit(junit.told_run(with_results(telling, [one]))).iter("testcase")
    assert [child.tag for child in case] == [element]


@pytest.mark.long
def test_an_accepted_failure_passes_in_junit_and_says_who_accepts_it(telling: Telling) -> None:
    one = results_of(telling)[WAIVED_CHECK]
    (case,) = assert_junit(junit.told_run(with_results(telling, [one]))).iter("testcase")
    assert [child.tag for child in case] == ["system-out"]
    assert "Accepted until 15 Jan 2027 by Head of customer data" in str(case[0].text)


@pytest.mark.long
def test_a_result_carried_over_says_so_in_every_report(telling: Telling) -> None:
    found = results_of(telling)
    passed = next(r for r in found.values() if r.verdict == "pass")
    older = [
        one.model_copy(update={"carried_from": "20261119T120000-0badcafe"})
        for one in (found[TYPE_CHECK], passed)
    ]
    told = with_results(telling, older)
    for format_, render in OF_RUNS.items():
        assert "20261119T120000-0badcafe" in render(told) or format_ is ReportFormat.gitlab
    cases = list(assert_junit(junit.told_run(told)).iter("testcase"))
    assert all("20261119T120000-0badcafe" in "".join(case.itertext()) for case in cases)


# GitHub and GitLab


@pytest.mark.long
def test_github_shows_ten_of_each_grade_and_says_how_many_more(telling: Telling) -> None:
    one = results_of(telling)[TYPE_CHECK]
    many = [
        one.model_copy(update={"check": f"{one.check}{n}", "severity": severity})
        for n in range(30)
        for severity in ("critical", "warning", "info")
    ]
    lines = github.told_run(with_results(telling, many)).splitlines()
    counts = {kind: sum(line.startswith(f"::{kind} ") for line in lines) for kind in
              ("error", "warning", "notice")}  # fmt: skip
    assert counts == {"error": 10, "warning": 10, "notice": 10}
    assert "61 more finding(s) are not shown here" in lines[-1]


def unescaped(text: str) -> str:
    """As GitHub's runner reads the text of a command."""
    return text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


@pytest.mark.long
@given(st.text())
@example(NASTY)
def test_no_text_breaks_out_of_an_annotation(telling: Telling, text: str) -> None:
    told = github.told_run(with_results(telling, [worded(telling, text)]))
    assert told.count("\n") == 1
    command = told.splitlines()[0]
    assert command.startswith("::error file=bank/catalog/customer.yml,line=")
    properties, _, data = command[2:].partition("::")
    assert properties.count(",") == 2
    assert telling.sentence(worded(telling, text)) in unescaped(data)


@pytest.mark.long
def test_gitlab_reads_the_form_it_asks_for(telling: Telling) -> None:
    listed = json.loads(gitlab.told_run(telling))
    assert len(listed) == len(telling.bad)
    for one in listed:
        assert one.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert one["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert one["location"]["lines"]["begin"] > 0
        assert not one["location"]["path"].startswith(("/", "./"))
    unknown = [one for one in listed if "could not be read" in one["description"]]
    assert {one["severity"] for one in unknown} == {"major"}


# the summary


@pytest.mark.long
def test_the_summary_says_the_planted_fault_in_a_sentence_with_all_one_asks(
    telling: Telling,
) -> None:
    told = markdown.told_run(telling)
    definition = told.split("**E-mail address**")[1].split("\n**")[0]
    finding = definition.split(
        f"- ❌ {BROKEN} of 133 values in Call centre do not have the right form"
    )[1]
    for said in (
        "  - Expected: none of them",
        "  - Failing since: 20 Nov 2026",
        f"… of {BROKEN}",
        f"  - `{TYPE_CHECK}` · `bank/catalog/customer.yml:",
    ):
        assert said in finding.split("\n- ")[0]
    cell = "cell “Customers reachable by e-mail (retail)” (Özet!C8) of Retail monthly (Retail reporting)"
    assert f"- Reaches: {cell}, November 2026" in definition
    assert "### Head of customer data — ask derya.ozkan@cinaralti.example" in told


@pytest.mark.long
def test_the_summary_says_which_cell_published_what_for_which_period_and_what_is_true(
    telling: Telling,
) -> None:
    told = markdown.told_run(telling)
    cell = told.split(
        "**Cell “Identified individuals” (Özet!C8) of Risk monthly (Risk monitoring)**"
    )[1]
    (result,) = [r for r in telling.record.results if r.kind == "published"]
    assert result.verdict == "fail"
    sentence = f"For October 2026, {result.observed} was published; the truth is {result.expected}."
    assert f"- ❌ {sentence}\n  - Period: October 2026" in cell


@pytest.mark.long
def test_a_clean_run_has_a_summary_of_three_lines(telling: Telling) -> None:
    passed = [r for r in telling.record.results if r.verdict == "pass"]
    clean = with_results(telling, passed)
    clean = replace(
        clean, record=clean.record.model_copy(update={"exit_code": 0, "selection": None})
    )
    lines = markdown.told_run(clean).splitlines()
    assert lines[0] == f"## ✅ Tekdoğru: All {len(passed)} checks are fine"
    assert len(lines) == 3
    assert github.told_run(clean).count("\n") == 0
    assert gitlab.told_run(clean) == "[]"
    assert assert_sarif(sarif.told_run(clean))["runs"][0]["results"] == []
    assert_junit(junit.told_run(clean))


@pytest.mark.long
def test_a_run_of_nothing_is_not_told_as_clean(telling: Telling) -> None:
    nothing = with_results(telling, [])
    nothing = replace(nothing, record=nothing.record.model_copy(update={"exit_code": 3}))
    assert "❌ Tekdoğru: No check was run." in markdown.told_run(nothing)
    assert_sarif(sarif.told_run(nothing))
    assert_junit(junit.told_run(nothing))


@pytest.mark.long
def test_the_summary_stays_below_what_github_takes_and_says_what_is_left_out(
    telling: Telling,
) -> None:
    one = results_of(telling)[TYPE_CHECK]
    many = [one.model_copy(update={"check": f"{one.check}{n}"}) for n in range(5_000)]
    told = markdown.told_run(with_results(telling, many))
    shown = told.count(f"- ❌ {BROKEN} of 133")
    assert 1_000 < shown < 5_000
    assert len(told.encode()) < 1024 * 1024
    assert f"**{5_000 - shown:,} more findings do not fit here" in told


@given(st.text())
@example(NASTY)
@example("_a_ __b__ ~~c~~ | d <img src=x onerror=y> &lt;b&gt; \\*e\\*")
def test_no_text_becomes_markup(text: str) -> None:
    html = to_html(f"x {markdown.escaped(text)} x")
    assert html.startswith("<p>x ")
    assert html.count("<") == 2


@pytest.mark.long
@given(st.text())
@example(NASTY)
def test_no_text_makes_a_report_invalid(telling: Telling, text: str) -> None:
    told = with_results(telling, [worded(telling, text)])
    assert_junit(junit.told_run(told))
    assert_sarif(sarif.told_run(told))
    assert json.loads(gitlab.told_run(told))
    assert "<script" not in to_html(markdown.told_run(told))


@pytest.mark.parametrize(
    ("role", "head", "said"),
    [
        ({"holder": "a@b.co"}, None, "ask a@b.co"),
        ({}, None, "nobody holds this position"),
        ({"holder": "a@b.co", "until": "2026-11-20"}, None, "ask a@b.co"),
        ({"holder": "a@b.co", "deputy": "d@b.co", "until": "2026-11-19"}, None, "the holder left on 19 Nov 2026; ask the deputy, d@b.co"),
        ({"holder": "a@b.co", "until": "2026-11-19"}, "h@b.co", "the holder left on 19 Nov 2026; ask the head of the team, h@b.co"),
        ({"holder": "a@b.co", "until": "2026-11-19"}, None, "the holder left on 19 Nov 2026, and there is neither a deputy nor a head of a team"),
    ],
)  # fmt: skip
@pytest.mark.long
def test_who_is_asked_is_who_answers_today(
    telling: Telling, role: dict[str, str], head: str | None, said: str
) -> None:
    catalog = Catalog(
        roles={"r": Role.model_validate({"key": "r", "name": "R", "team": "t", **role})},
        teams={"t": Team.model_validate({"key": "t", "name": "T", "head": head})},
    )
    assert replace(telling, catalog=catalog).ask("r") == said


# definitions that are invalid


@pytest.mark.parametrize("format_", [f for f in ReportFormat if f is not ReportFormat.text])
def test_invalid_definitions_are_told_in_every_form(tmp_path: Path, format_: ReportFormat) -> None:
    (tmp_path / ".git").mkdir()
    root = write_workspace(
        tmp_path / "w",
        "measures:\n  - {key: m, name: M, definition: It., owner: nobody, calculation: '1'}\n",
    )
    with pytest.raises(CatalogInvalid) as found:
        open_valid(root)
    told = tell_problems(found.value.problems, format_, root)
    assert "TD013" in told or format_ is ReportFormat.github
    assert "w/catalog/definitions.yml" in told or format_ is ReportFormat.json
    checks: Mapping[ReportFormat, Callable[[str], object]] = {
        ReportFormat.junit: assert_junit,
        ReportFormat.sarif: assert_sarif,
        ReportFormat.json: json.loads,
        ReportFormat.gitlab: json.loads,
    }
    checks.get(format_, str)(told)


def test_each_form_can_tell_a_run_and_problems() -> None:
    assert set(OF_RUNS) == set(OF_PROBLEMS) == set(ReportFormat)


# where reports go


@pytest.mark.parametrize(
    ("written", "format_", "path"),
    [
        ("a.txt", "text", "a.txt"),
        ("a/b.json", "json", "a/b.json"),
        ("junit.xml", "junit", "junit.xml"),
        ("r.sarif", "sarif", "r.sarif"),
        ("v1.2.sarif.json", "sarif", "v1.2.sarif.json"),
        ("summary.tr.md", "markdown", "summary.tr.md"),
        ("gitlab=a.json", "gitlab", "a.json"),
        ("markdown=a=b", "markdown", "a=b"),
        ("/tmp/x=y/a.json", "json", "/tmp/x=y/a.json"),
    ],
)
def test_the_format_stands_before_the_file_or_is_told_by_its_ending(
    written: str, format_: str, path: str
) -> None:
    (found,) = find_destinations([written])
    assert (found.format, found.path) == (format_, Path(path))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["report"], "--output report: its ending names no format; write FORMAT=report; formats: text, json, junit"),
        (["html=a"], "--output html=a: there is no format 'html'; formats: text"),
        (["junit="], "--output junit=: name a file behind the equals sign"),
        (["a.json", "gitlab=a.json"], "two reports would go into a.json; name a file for each"),
    ],
)  # fmt: skip
def test_a_destination_that_cannot_be_meant_is_refused(written: list[str], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        find_destinations(written)
    assert said in str(refused.value)


def test_one_report_that_cannot_be_written_does_not_keep_the_others_from_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "way").write_text("in the way")
    wanted = find_destinations([f"{tmp_path}/way/a.txt", f"{tmp_path}/b.txt"])
    with pytest.raises(UsageError, match=r"way/a\.txt cannot be written"):
        write_reports(wanted, lambda _: "told")
    assert (tmp_path / "b.txt").read_text() == "told\n"


def test_files_are_named_from_the_top_of_the_repository(tmp_path: Path) -> None:
    assert folder_below(tmp_path / "a" / "b") == ""
    (tmp_path / ".git").write_text("gitdir: elsewhere")  # as in a worktree
    assert folder_below(tmp_path / "a" / "b") == "a/b/"
    assert folder_below(tmp_path) == ""


def with_results(telling: Telling, results: list[Result]) -> Telling:
    """The same run with other results."""
    return replace(telling, record=telling.record.model_copy(update={"results": tuple(results)}))


def worded(telling: Telling, text: str) -> Result:
    """A failure whose every free text is this one."""
    return results_of(telling)[TYPE_CHECK].model_copy(
        update={"kind": "unheard_of", "title": text, "message": text, "samples": (text,),
                "violations": 1, "truncated": False},
    )  # fmt: skip
