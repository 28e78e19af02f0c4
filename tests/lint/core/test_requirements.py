"""Tests of values and patterns."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from gonogo.lint.core.requirements import Bounds, NamePatterns, Requirements, read_requirements


def test_an_invalid_pattern_is_refused() -> None:
    """An invalid pattern is refused when it is compiled."""
    with pytest.raises(re.error):
        NamePatterns.of({"team": "("})


def test_a_pattern_fits_a_whole_value() -> None:
    """A pattern must match the whole value. Without a pattern every value fits."""
    names = NamePatterns.of({"team": "web|db", "any": None})
    assert names.fits("team", "web")
    assert not names.fits("team", "webs")
    assert names.fits("any", "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("lables: {}", "p.yml:1:1: unknown key 'lables'"),
        ("labels: {needed: {}}", "p.yml:1:10: unknown key 'needed'"),
        ("names: {group: x}", "p.yml:1:9: unknown key 'group'"),
        ("bounds: {after: {}}", "p.yml:1:10: unknown key 'after'"),
        ("bounds: {for: {min: 1m}}", "p.yml:1:16: unknown key 'min'"),
        ("owners: {team: x}", "p.yml:1:10: unknown key 'team'"),
        ("labels: x", "p.yml:1:9: a mapping is expected"),
        ("labels: {required: [a]}", "p.yml:1:20: a mapping is expected"),
        ("labels: {required: {team: '('}}", "'(' is not a valid regular expression"),
        ("names: {alert: '['}", "'[' is not a valid regular expression"),
        ("names: {alert: {}}", "a single value is expected"),
        ("bounds: {for: {least: soon}}", "'soon' is not a valid duration"),
        ("bounds: {for: {least: 2m, most: 1m}}", "no duration is within these bounds"),
        ("owners: {names: a}", "a list of names is expected"),
        ("- a", "a mapping is expected"),
        ("a: [", "not YAML"),
    ],
)
def test_a_mistake_is_reported_with_its_place(text: str, told: str) -> None:
    """Every mistake has its place, and an unknown key is a mistake."""
    _, problems = read_requirements(text, "p.yml")
    assert any(told in str(problem) for problem in problems)


def test_a_requirement_with_a_mistake_is_left_out() -> None:
    """The other requirements stay."""
    wanted, problems = read_requirements("names: {alert: '(', record: 'a.*'}\nbounds: {for: {least: x}}\n", "p.yml")
    assert len(problems) == 2
    assert wanted == Requirements(record_name=re.compile("a.*"))


def test_an_empty_file_has_no_requirements() -> None:
    """Every key may be left out."""
    assert read_requirements("", "p.yml") == (Requirements(), ())


def test_each_requirement_is_read_into_its_field() -> None:
    """The file has every key."""
    text = """\
labels: {required: {severity: critical|warning, team: null}, forbidden: {replica: null}}
annotations: {required: {summary: null}, forbidden: {wiki: 'http:.*'}}
names: {alert: '[A-Z]+', record: 'a:b'}
bounds: {for: {least: 1m, most: 1h}, keep_firing_for: {most: 10m}, interval: {least: 10s}}
owners: {label: team, names: [payments, storage]}
"""
    wanted, problems = read_requirements(text, "p.yml")
    assert problems == ()
    assert wanted == Requirements(
        NamePatterns.of({"severity": "critical|warning", "team": None}),
        NamePatterns.of({"replica": None}),
        NamePatterns.of({"summary": None}),
        NamePatterns.of({"wiki": "http:.*"}),
        re.compile("[A-Z]+"),
        re.compile("a:b"),
        Bounds(timedelta(minutes=1), timedelta(hours=1)),
        Bounds(most=timedelta(minutes=10)),
        Bounds(timedelta(seconds=10)),
        "team",
        frozenset({"payments", "storage"}),
    )
