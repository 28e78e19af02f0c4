"""Tests of baselines: known findings stay known when lines move, and nothing else is known."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import Position, UsageError
from gonogo.lint.core.baseline import SCHEMA, new_findings, read_baseline, relative, write_baseline
from gonogo.lint.core.fingerprint import Fingerprint
from gonogo.model.finding import Finding, Severity, Span

FOUND = Finding("no-comparison", Severity.WARNING, Span(Position("/w/rules/a.yml", 3, 5)), "fires always", "A")


def moved(finding: Finding, line: int) -> Finding:
    """Return the same finding on another line."""
    return replace(finding, where=Span(replace(finding.where.start, line=line)))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the file is not JSON"),
        ("{", "the file is not JSON"),
        ("[]", "the schema is not"),
        ('{"schema": "gonogo/lint/v1", "findings": []}', "the schema is not"),
        (json.dumps({"schema": SCHEMA}), "the key 'findings' is not a list"),
        (json.dumps({"schema": SCHEMA, "findings": {}}), "the key 'findings' is not a list"),
        (json.dumps({"schema": SCHEMA, "findings": [1]}), "finding 1 must have exactly the keys"),
        (json.dumps({"schema": SCHEMA, "findings": [{"check": "a"}]}), "finding 1 must have exactly the keys"),
        (
            json.dumps({"schema": SCHEMA, "findings": [{"check": "a", "path": "b", "rule": None, "message": "c"}]}),
            "finding 1 must have exactly the keys",
        ),
    ],
)
def test_no_baseline(text: str, why: str) -> None:
    """A file that is not a baseline is an error with a reason. It never counts as an empty baseline."""
    with pytest.raises(UsageError) as caught:
        read_baseline(text, "b.json")
    assert why in caught.value.why
    assert caught.value.where == "b.json"


def test_what_is_known_is_not_new() -> None:
    """Lines may move, also line numbers in messages. The severity may change."""
    found = replace(FOUND, message="twice, first in line 9, see b.yml:9:1")
    baseline = read_baseline(write_baseline([found], "/w"), "/w/base.json")
    again = replace(moved(found, 90), message="twice, first in line 12, see b.yml:12:7", severity=Severity.ERROR)
    assert new_findings([again], baseline).new == ()
    assert new_findings([again], baseline).baselined == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(FOUND, check="counter-raw"),
        replace(FOUND, rule="B"),
        replace(FOUND, message="fires never"),
        replace(FOUND, where=Span(Position("/w/rules/b.yml", 3, 5))),
    ],
)
def test_anything_else_is_new(other: Finding) -> None:
    """Another check, rule, message or file is new, and the known finding is gone."""
    compared = new_findings([other], read_baseline(write_baseline([FOUND], "/w"), "/w/base.json"))
    assert compared.new == (other,)
    assert compared.gone == (Fingerprint("no-comparison", "rules/a.yml", "A", "fires always"),)


def test_findings_are_counted() -> None:
    """One more of the same finding is new, and one less is gone."""
    twice = read_baseline(write_baseline([FOUND, moved(FOUND, 9)], "/w"), "/w/base.json")
    third = moved(FOUND, 20)
    assert new_findings([FOUND, moved(FOUND, 9), third], twice).new == (third,)
    compared = new_findings([third], twice)
    assert (compared.new, compared.baselined, len(compared.gone)) == ((), 1, 1)


def test_it_is_written_for_version_control() -> None:
    """Each finding has one sorted line. An empty list is a baseline. Undecodable text is escaped."""
    text = write_baseline([replace(FOUND, rule="\udc80"), FOUND], "/w")
    assert text == write_baseline([FOUND, replace(FOUND, rule="\udc80")], "/w")
    assert len(text.splitlines()) == len(["{", "schema", "findings", "one", "two", "]", "}"])
    assert json.loads(write_baseline([], "/w")) == {"schema": SCHEMA, "findings": []}
    assert read_baseline(text, "/w/b.json").root == "/w"


@pytest.mark.parametrize(
    ("path", "folder", "expected"),
    [
        ("/w/rules/a.yml", "/w", "rules/a.yml"),
        ("/w/a.yml", "/w/ci", "../a.yml"),
        ("rules/a.yml", "", "rules/a.yml"),
        ("./rules/../a.yml", ".", "a.yml"),
        ("../a.yml", "..", "a.yml"),
        ("../../a.yml", "", "../../a.yml"),
        ("C:\\w\\a.yml", "C:\\w", "a.yml"),
    ],
)
def test_paths_are_relative(path: str, folder: str, expected: str) -> None:
    """Paths are relative, so that a baseline holds on every machine."""
    assert relative(path, folder) == expected


FINDINGS = st.lists(
    st.builds(
        Finding,
        st.sampled_from(["a", "b"]),
        st.sampled_from(list(Severity)),
        st.builds(lambda name, line: Span(Position(f"/w/{name}", line, 1)), st.sampled_from("xy"), st.integers(1, 99)),
        st.sampled_from(["m", "n in line 5"]),
        st.text(max_size=2),
    )
)


@given(FINDINGS, FINDINGS)
def test_a_baseline_of_all_leaves_nothing(first: list[Finding], second: list[Finding]) -> None:
    """A written baseline can be read. Each finding is new or known, and each unknown entry is gone."""
    baseline = read_baseline(write_baseline(first, "/w"), "/w/b.json")
    same = new_findings(first, baseline)
    assert (same.new, same.baselined, same.gone) == ((), len(first), ())
    compared = new_findings(second, baseline)
    assert len(compared.new) + compared.baselined == len(second)
    assert len(compared.gone) + compared.baselined == len(first)
