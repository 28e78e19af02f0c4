"""Tests of baselines: known findings stay known when lines move and messages change, and nothing else is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import ActionFailed, Position, UsageError
from gonogo.lint.baseline import SCHEMA, compared, parsed, read_baseline, write_baseline, written
from gonogo.lint.core.report import Fingerprint, LintReport
from gonogo.model.finding import Finding, Severity, Span
from gonogo.model.replacing import replace

TEXT = "a: up\nb: down\n"
FOUND = Finding("no-comparison", Severity.WARNING, Span(Position("/w/rules/a.yml", 1, 4), 2), "fires always", "A")
OLD = "gonogo/lint-baseline/v1"


def report(*findings: Finding, text: str = TEXT) -> LintReport:
    """Return a report of findings in files with one text."""
    return LintReport(findings, 1, 1, texts={one.where.start.path: text for one in findings})


def at(path: str, line: int = 1, length: int = 2) -> Finding:
    """Return a finding at the text ``up`` (line 1) or ``do`` (line 2)."""
    return Finding("x", Severity.ERROR, Span(Position(path, line, 4), length), "m")


def moved(finding: Finding, line: int) -> Finding:
    """Return the same finding on another line."""
    return replace(finding, where=replace(finding.where, start=replace(finding.where.start, line=line)))


def one_finding(**changed: object) -> str:
    """Return a baseline of one finding, with some keys changed."""
    entry = {"check": "a", "path": "b", "rule": "", "text": "c", "count": 1, **changed}
    return json.dumps({"schema": SCHEMA, "findings": [entry]})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the file is not JSON"),
        ("{", "the file is not JSON"),
        ("[]", "the schema is not"),
        ('{"schema": "gonogo/lint/v1", "findings": []}', "the schema is not"),
        ('{"schema": [], "findings": []}', "the schema is not"),
        (json.dumps({"schema": SCHEMA}), "the key 'findings' is not a list"),
        (json.dumps({"schema": SCHEMA, "findings": {}}), "the key 'findings' is not a list"),
        (json.dumps({"schema": SCHEMA, "findings": [1]}), "finding 1 must have exactly the keys"),
        (json.dumps({"schema": SCHEMA, "findings": [{"check": "a"}]}), "finding 1 must have exactly the keys"),
        (one_finding(rule=None), "finding 1 must have exactly the keys"),
        (one_finding(message="m"), "finding 1 must have exactly the keys"),
        (one_finding(count=0), "finding 1 must have exactly the keys"),
        (one_finding(count=True), "finding 1 must have exactly the keys"),
        (one_finding(count="1"), "finding 1 must have exactly the keys"),
        (one_finding().replace(SCHEMA, OLD), "finding 1 must have exactly the keys check, path, rule, message"),
        (
            json.dumps({"schema": OLD, "findings": [{"check": "a", "path": "b", "rule": None, "message": "c"}]}),
            "finding 1 must have exactly the keys",
        ),
    ],
)
def test_a_file_that_is_not_a_baseline_is_an_error_with_a_reason(text: str, why: str) -> None:
    """Such a file never counts as an empty baseline."""
    with pytest.raises(UsageError) as caught:
        parsed(text, "b.json")
    assert why in caught.value.why
    assert caught.value.where == "b.json"


def test_a_missing_or_wrong_baseline_is_a_usage_error(tmp_path: Path) -> None:
    """A missing baseline never counts as an empty one."""
    with pytest.raises(UsageError, match="cannot be read"):
        read_baseline(tmp_path / "missing.json")
    (tmp_path / "none.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="not a baseline"):
        read_baseline(tmp_path / "none.json")


def test_a_baseline_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """The error says why, and does not change the result of the lint."""
    with pytest.raises(ActionFailed, match="cannot be written"):
        write_baseline(tmp_path / "no" / "folder.json", report())


def test_a_known_finding_is_known_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are relative to the folder of the baseline, in every spelling."""
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    write_baseline(Path("known.json"), report(at("sub/a.yml"), at("sub/a.yml", 2)))
    monkeypatch.chdir(tmp_path / "sub")
    found = report(at("a.yml"), at("a.yml", 2, length=3))
    left = compared(found, read_baseline(Path("../known.json")))
    assert left.findings == found.findings[1:]
    assert left.baselined == 1
    assert [(gone.path, gone.text) for gone in left.gone] == [("sub/a.yml", "do")]
    absolute = report(at(str(tmp_path / "sub" / "a.yml")))
    assert compared(absolute, read_baseline(tmp_path / "known.json")).findings == ()


def test_a_known_finding_is_not_new() -> None:
    """Lines may move, and the message and the severity may change."""
    baseline = parsed(written(report(FOUND), "/w"), "/w/base.json")
    again = replace(moved(FOUND, 3), message="quite other words, see b.yml:12:7", severity=Severity.ERROR)
    found = compared(report(again, text=f"new\nlines\n{TEXT}"), baseline)
    assert (found.findings, found.baselined, found.gone) == ((), 1, ())


@pytest.mark.parametrize(
    "other",
    [
        replace(FOUND, check="counter-raw"),
        replace(FOUND, rule="B"),
        replace(FOUND, rule="", group="A"),
        replace(FOUND, where=Span(Position("/w/rules/a.yml", 2, 4), 2)),
        replace(FOUND, where=Span(Position("/w/rules/a.yml", 1, 4), 1)),
        replace(FOUND, where=Span(Position("/w/rules/b.yml", 1, 4), 2)),
    ],
)
def test_a_finding_that_differs_is_new(other: Finding) -> None:
    """Another check, rule, group, marked text or file is new, and the known finding is gone."""
    left = compared(report(other), parsed(written(report(FOUND), "/w"), "/w/base.json"))
    assert left.findings == (other,)
    assert left.gone == (Fingerprint("no-comparison", "rules/a.yml", "A", "up"),)


def test_equal_findings_are_counted() -> None:
    """One more of the same finding is new, and one less is gone."""
    lines = "a: up\n" * 9
    text = written(report(FOUND, moved(FOUND, 2), text=lines), "/w")
    assert [one["count"] for one in json.loads(text)["findings"]] == [2]
    twice = parsed(text, "/w/base.json")
    third = moved(FOUND, 9)
    assert compared(report(FOUND, moved(FOUND, 3), third, text=lines), twice).findings == (third,)
    left = compared(report(third, text=lines), twice)
    assert (left.findings, left.baselined, len(left.gone)) == ((), 1, 1)


def test_findings_of_two_groups_are_different() -> None:
    """Findings about a group as a whole have no rule. The group's name is in its place."""
    slow, other = (replace(FOUND, rule="", group=name) for name in ("slow", "other"))
    baseline = parsed(written(report(slow), "/w"), "/w/b.json")
    assert list(baseline.known) == [Fingerprint("no-comparison", "rules/a.yml", "group slow", "up")]
    assert compared(report(other), baseline).findings == (other,)


def test_a_finding_without_source_text_is_known_by_its_rule() -> None:
    """The file could not be read, or the finding is behind its end."""
    behind = moved(FOUND, 99)
    for found in (LintReport((FOUND,), 1, 1), report(behind)):
        baseline = parsed(written(found, "/w"), "/w/b.json")
        assert list(baseline.known) == [Fingerprint("no-comparison", "rules/a.yml", "A", "")]
        assert compared(found, baseline).findings == ()


def test_a_baseline_of_version_1_is_read() -> None:
    """In version 1 a finding is known by its message without line numbers."""
    entry = {"check": "no-comparison", "path": "rules/a.yml", "rule": "A", "message": "first in line …, see b.yml:…"}
    baseline = parsed(json.dumps({"schema": OLD, "findings": [entry]}), "/w/base.json")
    known = replace(moved(FOUND, 2), message="first in line 12, see b.yml:9:1")
    assert compared(report(known), baseline).findings == ()
    left = compared(report(FOUND), baseline)
    assert (left.findings, [one.text for one in left.gone]) == ((FOUND,), ["first in line …, see b.yml:…"])


def test_a_baseline_has_one_sorted_line_for_each_finding() -> None:
    """An empty list is a baseline. Undecodable text is escaped."""
    text = written(report(replace(FOUND, rule="\udc80"), FOUND), "/w")
    assert text == written(report(FOUND, replace(FOUND, rule="\udc80")), "/w")
    assert len(text.splitlines()) == len(["{", "schema", "findings", "one", "two", "]", "}"])
    assert json.loads(written(report(), "/w")) == {"schema": SCHEMA, "findings": []}
    assert parsed(text, "/w/b.json").root == "/w"


@pytest.mark.parametrize(
    ("path", "folder", "expected"),
    [
        ("/w/rules/a.yml", "/w", "rules/a.yml"),
        ("/w/a.yml", "/w/ci", "../a.yml"),
        ("rules/a.yml", ".", "rules/a.yml"),
        ("./rules/../a.yml", ".", "a.yml"),
        ("../a.yml", "..", "a.yml"),
        ("../../a.yml", ".", "../../a.yml"),
    ],
)
def test_paths_in_a_baseline_are_relative(path: str, folder: str, expected: str) -> None:
    """A baseline then holds on every machine."""
    assert json.loads(written(report(at(path)), folder))["findings"][0]["path"] == expected


FINDINGS = st.lists(
    st.builds(
        Finding,
        st.sampled_from(["a", "b"]),
        st.sampled_from(list(Severity)),
        st.builds(
            lambda name, line, length: Span(Position(f"/w/{name}", line, 1), length),
            st.sampled_from("xy"),
            st.integers(1, 4),
            st.integers(1, 9),
        ),
        st.sampled_from(["m", "n in line 5"]),
        st.text(max_size=2),
    )
)


@given(FINDINGS, FINDINGS)
def test_a_baseline_of_all_findings_leaves_no_new_finding(first: list[Finding], second: list[Finding]) -> None:
    """A written baseline can be read. Each finding is new or known, and each unknown entry is gone."""
    baseline = parsed(written(report(*first), "/w"), "/w/b.json")
    same = compared(report(*first), baseline)
    assert (same.findings, same.baselined, same.gone) == ((), len(first), ())
    left = compared(report(*second), baseline)
    assert len(left.findings) + left.baselined == len(second)
    assert len(left.gone) + left.baselined == len(first)
