"""A run of rule tests as text, JSON and JUnit."""

from __future__ import annotations

import json
from decimal import Decimal
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import Position, Problem
from gonogo.model.outcome import Outcome
from gonogo.model.replacing import replace
from gonogo.model.rule import RuleKind
from gonogo.ruletests.core.measures import Coverage, MutantReport, Survivor, UnprovenRule
from gonogo.ruletests.core.report import FileReport, SilentFinding, UnitReport
from gonogo.ruletests.core.rule_text import TestedRule
from gonogo.ruletests.print import unit_text
from gonogo.ruletests.print_json import unit_json
from gonogo.ruletests.print_junit import unit_junit

WHERE = Position("a_test.yml", 3, 5)
SILENT = SilentFinding("no-assertion", Problem(WHERE, "the test asserts nothing", "give it some"))
ALLOWED = SilentFinding("no-tests", Problem(Position("b_test.yml", 1, 1), "there are none"), "they come <soon>")
NOWHERE = SilentFinding("no-tests-found", Problem(Position("x", 1, 1), "there is no test file here"))
ELSEWHERE = SilentFinding("no-tests-found", Problem(None, "nor here"), "why not")
RULE = TestedRule(Position("r.yml", 4, 7), "web", RuleKind.ALERT, "High")
TWIN = TestedRule(Position("r.yml", 9, 7), "web", RuleKind.ALERT, "High")
SURVIVOR = Survivor(RULE, "abc", "the threshold 5 becomes 6", "x > 5", "x > 6", "assert at 5.5")
ARGUED = Survivor(RULE, "abd", "for is dropped", "for: 5m", "", "assert before", "it is 0 anyway")

REPORT = UnitReport(
    (
        FileReport("a_test.yml", True, "", (SILENT,), 0.25, 2, 3),
        FileReport("b_test.yml", True, findings=(ALLOWED,), cached=True),
        FileReport("c_test.yml", False, '    exp: "\x1b[31m <&\x00\ud800"\n    got: nil ', seconds=1.5),
        FileReport("d_test.yml", None, "it is a folder"),
        FileReport("e\udcff_test.yml", True),
    ),
    (NOWHERE, ELSEWHERE),
    Coverage(
        4,
        1,
        (UnprovenRule(RULE, "no test reads it"),),
        ((RULE, TWIN),),
        (RULE,),
        (RULE,),
        ("f.yml",),
        ("c_test.yml",),
        unread=(Problem(Position("r\udcff.yml", 1, 1), "this is no UTF-8 text"),),
        unread_expressions=(UnprovenRule(RULE, "it is not PromQL"),),
    ),
    MutantReport(
        *(9, 5, (SURVIVOR,), (ARGUED,), 2, 4),
        problems=(Problem(WHERE, "no such mutant"),),
        seed=7,
        unread=(UnprovenRule(RULE, "it is not PromQL"),),
    ),
    {"promtool": "2.42.0"},
    1.75,
)


def test_the_text_has_findings_and_counts() -> None:
    """Findings have their places, the counts come last, and no escape sequence gets through."""
    text = unit_text(REPORT)
    lines = text.splitlines()
    assert lines[0] == "x:1:1: there is no test file here [no-tests-found]"
    assert lines[2] == "a_test.yml:3:5: the test asserts nothing (give it some) [no-assertion]"
    assert "b_test.yml:1:1: there are none [no-tests] (allowed: they come <soon>)" in lines
    assert lines[lines.index("c_test.yml: fails in promtool") + 2] == "        got: nil"
    assert "d_test.yml: did not run" in lines
    assert "r.yml:4:7: alert High: no test notices that the threshold 5 becomes 6 [abc]" in lines
    assert "r\\udcff.yml:1:1: this is no UTF-8 text" in lines
    unread = "1 of 4 expressions cannot be read here: alert High: it is not PromQL"
    assert unread in lines
    assert f"no mutant was tried of some rules: {unread}" in lines
    assert any(line.startswith("coverage 25 %: 1 of 4 rules") for line in lines)
    assert any(line.startswith("mutants: 9 made, 5 killed, 1 survived, 1 argued for") for line in lines)
    assert lines[-1] == (
        "FAIL: 2 of 5 test files pass, and 1 place has no test file, 1 mutant survived, "
        "1 argument for a mutant is wrong and gonogo cannot read 1 expression; "
        "promtool alone passes 3, 1 of them in silence; 3 assertions in 1.8 s; 1 from the cache"
    )
    assert "\x1b" not in text


def test_the_text_of_a_pass_is_one_line() -> None:
    """If the order of groups decides, promtool's output is that of the failing order."""
    assert (
        unit_text(UnitReport((FileReport("a", True, assertions=1),)))
        == "PASS: 1 of 1 test files pass; 1 assertion in 0.0 s\n"
    )
    order = FileReport("a", True, "got: nil", (SilentFinding("group-order", Problem(WHERE, "it depends")),))
    assert "a: fails in promtool with the other order\n    got: nil" in unit_text(UnitReport((order,)))
    bare = UnitReport((FileReport("a", True),), mutants=MutantReport(1, 1), coverage=Coverage(1, 1))
    assert "mutants: 1 made, 1 killed, 0 survived" in unit_text(bare)
    none = UnitReport((FileReport("a", True),), mutants=MutantReport(0, 0, covered=1))
    assert "no mutant was tried: the rules that tests cover have nothing" in unit_text(none)
    short = UnitReport((FileReport("a", True),), coverage=Coverage(2, 1), minimum=Decimal("99.99999"))
    assert "FAIL: the test file passes, but coverage is 50 %, below the required 99.99999 %; " in unit_text(short)


GOOD, BAD = FileReport("a_test.yml", True, assertions=1), FileReport("a_test.yml", False, "got: nil")
_MUTANTS = st.builds(
    MutantReport,
    st.just(5),
    st.integers(0, 1),
    st.sampled_from([(), (SURVIVOR,)]),
    st.sampled_from([(), (ARGUED,)]),
    problems=st.sampled_from([(), (Problem(WHERE, "no such mutant"),), (Problem(None, "nor here"),)]),
)
_REPORTS = st.builds(
    UnitReport,
    st.sampled_from([(), (GOOD,), (BAD,), (REPORT.files[0],), (REPORT.files[1], GOOD)]),
    st.sampled_from([(), (NOWHERE,), (ELSEWHERE,), (replace(NOWHERE, allowed="why not"),)]),
    st.sampled_from([None, Coverage(2, 1), Coverage(2, 2)]),
    st.none() | _MUTANTS,
    minimum=st.sampled_from([None, Decimal(50), Decimal("50.01"), Decimal(100)]),
)


@given(_REPORTS)
def test_the_last_line_gives_a_reason_for_every_failure(report: UnitReport) -> None:
    """A line that fails never says of all its files that they pass without the reason why the run fails."""
    last = unit_text(report).splitlines()[-1]
    counts = last.split("; ", 1)[0]
    assert counts.startswith(f"{report.outcome}: ")
    passing = sum(file.outcome is Outcome.PASS for file in report.files)
    all_pass = bool(report.files) and passing == len(report.files)
    assert (", but " in counts) is (all_pass and report.outcome is Outcome.FAIL)
    if report.outcome is Outcome.PASS:
        assert ", and " not in counts
    elif not all_pass:
        assert "no test file" in counts or f"{passing} of {len(report.files)} test files pass" in counts
    assert all(reason in counts for reason in filter(None, [report.shortfall]))


def test_the_last_line_counts_each_kind_of_reason() -> None:
    """Several files that pass, places without tests, wrong arguments and unreadable rules are each counted."""
    report = UnitReport(
        (FileReport("a", True), FileReport("b", True)),
        (NOWHERE, NOWHERE),
        Coverage(2, 2, unread=(Problem(None, "no UTF-8"),)),
        MutantReport(2, 0, (SURVIVOR, SURVIVOR), problems=(Problem(None, "no"), Problem(None, "none"))),
        minimum=Decimal(50),
    )
    assert unit_text(report).splitlines()[-1] == (
        "FAIL: all 2 test files pass, but 2 places have no test file, 2 mutants survived, "
        "2 arguments for a mutant are wrong and coverage is unknown, because gonogo cannot read all rules; "
        "0 assertions in 0.0 s"
    )
    unrunnable = UnitReport((FileReport("a", True), FileReport("b", None, vmalert_only=True)))
    assert "\nUNKNOWN: 1 of 2 test files pass, and promtool cannot run 1; " in f"\n{unit_text(unrunnable)}"
    assert unit_text(UnitReport(())) == "FAIL: there is no test file; 0 assertions in 0.0 s\n"


@given(_REPORTS)
def test_the_junit_has_a_failure_only_if_the_command_fails(report: UnitReport) -> None:
    """The document has a failure if and only if the command fails."""
    root = ET.fromstring(unit_junit(report))  # noqa: S314 - it was written here
    failures = list(root.iter("failure"))
    assert bool(failures) is (report.outcome is not Outcome.PASS)
    assert root.get("failures") == str(len(failures))
    assert root.get("tests") == str(len(list(root.iter("testcase"))))
    assert all(case.get("name") for case in root.iter("testcase"))


def test_the_json_has_the_keys_of_the_contract() -> None:
    """The document has the contract's keys and further facts."""
    document = json.loads(unit_json(REPORT))
    assert (document["schema"], document["outcome"]) == ("gonogo/unit/v1", "FAIL")
    first, second, third, fourth, _ = document["files"]
    assert first["path"] == "a_test.yml"
    assert (first["outcome"], first["reason"], first["promtool"], first["seconds"]) == (
        "FAIL",
        "no-assertion",
        "PASS",
        0.25,
    )
    assert first["detail"] == "a_test.yml:3:5: the test asserts nothing (give it some)"
    assert first["findings"][0]["line"] == 3
    assert (second["outcome"], second["reason"], second["cached"]) == ("PASS", None, True)
    assert second["findings"][0]["allowed"] == "they come <soon>"
    assert (third["reason"], third["promtool"]) == ("failed", "FAIL")
    assert (fourth["reason"], fourth["promtool"]) == ("unreadable", None)
    assert document["findings"][1]["line"] is None
    assert (document["coverage"]["rules"], document["coverage"]["covered"]) == (4, 1)
    assert document["coverage"]["uncovered"][0]["why"] == "no test reads it"
    assert document["coverage"]["minimum"] is None
    assert document["coverage"]["unread"][0]["message"] == "this is no UTF-8 text"
    assert document["coverage"]["unread_expressions"][0]["why"] == "it is not PromQL"
    assert document["mutants"]["unread_expressions"][0]["rule"] == "High"
    asked = UnitReport((), coverage=Coverage(2, 1), minimum=Decimal("99.99999"))
    assert json.loads(unit_json(asked))["coverage"]["minimum"] == "99.99999"
    assert (document["mutants"]["made"], document["mutants"]["killed"]) == (9, 5)
    assert document["mutants"]["survived"][0]["kill"] == "assert at 5.5"
    assert document["mutants"]["argued"][0]["argument"] == "it is 0 anyway"
    nothing = json.loads(unit_json(UnitReport(())))
    assert (nothing["coverage"], nothing["mutants"]) == (None, None)


def test_the_junit_is_well_formed_for_any_output() -> None:
    """Every failure is counted."""
    root = ET.fromstring(unit_junit(REPORT))  # noqa: S314 - it was written here
    assert (root.get("tests"), root.get("failures")) == ("12", "7")
    cases = list(root.iter("testcase"))
    assert [case.get("name") for case in cases[:4]] == ["x", "no-tests-found", "a_test.yml", "b_test.yml"]
    assert sum(1 for _ in root.iter("failure")) == 7
    assert [case.get("name") for case in cases[7:]] == [
        "coverage",
        "mutants",
        "mutant abc",
        "mutant abd",
        "argument at a_test.yml:3:5",
    ]
    assert "r.yml:4:7: alert High: not tested" in str(cases[7].findtext("system-out"))
    assert "- x > 5\n" in str(cases[9].findtext("failure"))
    assert cases[9].get("file") == "r.yml"
    assert "may live: it is 0 anyway" in str(cases[10].findtext("system-out"))
    assert "no such mutant" in str(cases[11].findtext("failure"))
    third = cases[4].find("failure")
    assert third is not None
    assert third.get("type") == "failed"
    assert "\\x1b[31m <&\\x00\\ud800" in str(third.text)
    out = cases[3].find("system-out")
    assert out is not None
    assert "allowed: they come <soon>" in str(out.text)
