"""Tests of gonogo.formats.duplicates."""

from __future__ import annotations

import pytest

from gonogo.formats.duplicates import duplicates
from gonogo.model.rule import Rule
from tests.formats.rule_samples import alert, of_file, of_server, record


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (record("m", "x"), record("m", "x")),
        (record("m", "x"), record("m", "y")),
        (record("m", "x"), record("m", "y", slo="a")),
        (record("m", "x", slo="a"), record("m", "y", slo="a")),
        (record("m", "x", slo="a"), record("m", "y", job="b")),
        (record("m", "x", slo="a", job="b"), record("m", "y", slo="a")),
    ],
)
def test_rules_whose_labels_can_coincide_are_duplicates(one: Rule, other: Rule) -> None:
    """The rules are in one group or in two, on a server or in files, in either order."""
    assert duplicates("m", [of_file(one, other)]) is not None
    assert duplicates("m", [of_server(other, name="a"), of_server(one, name="b")]) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (record("m", "x", slo="a"), record("m", "x", slo="b")),
        (record("m", "x", slo="a", job="j"), record("m", "y", slo="b", job="j")),
        (record("m", "x", slo="a"), record("m", "x", slo="")),
        (record("m", "x"), record("n", "x")),
        (record("m", "x"), alert("m", "x")),
    ],
)
def test_rules_that_a_static_label_keeps_apart_are_none(one: Rule, other: Rule) -> None:
    """One label with two values separates two rules. Other metrics and alerts do not count."""
    assert duplicates("m", [of_file(one), of_server(other)]) is None
    assert duplicates("m", [of_file(other, one)]) is None


def test_both_places_are_named() -> None:
    """The file is named where it is known."""
    found = duplicates("m", [of_file(record("m", "x"), name="a"), of_server(record("m", "x"), name="b")])
    assert found == "m is recorded twice under labels that can coincide, by group a of rules.yml and by group b"
