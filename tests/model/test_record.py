"""Tests of records. A record that could not be found or dated later is refused."""

from __future__ import annotations

import math

import pytest

from gonogo.model.record import Record


@pytest.mark.parametrize(("kind", "outcome"), [("", "PASS"), ("obs-lint", "")])
def test_a_record_needs_a_kind_and_an_outcome(kind: str, outcome: str) -> None:
    """Without both the record could never be found."""
    with pytest.raises(ValueError, match="a kind and an outcome"):
        Record(kind, "k", outcome, 1.0)


@pytest.mark.parametrize("at", [math.nan, math.inf, -math.inf])
def test_a_record_needs_a_time(at: float) -> None:
    """The time must be a finite number."""
    with pytest.raises(ValueError, match="must be a finite number"):
        Record("obs-lint", "k", "PASS", at)


def test_the_sentence_of_a_record_is_text() -> None:
    """A detail that is not text gives an empty sentence."""
    assert Record("obs-lint", "k", "PASS", 1.0).sentence == ""
    assert Record("obs-lint", "k", "PASS", 1.0, {"detail": 3}).sentence == ""
    assert Record("obs-lint", "k", "PASS", 1.0, {"detail": "fine"}).sentence == "fine"


def test_the_run_of_a_record_is_text() -> None:
    """A detail that is not text connects no records."""
    assert Record("reload", "k", "PASS", 1.0).run == ""
    assert Record("reload", "k", "PASS", 1.0, {"run": 3}).run == ""
    assert Record("reload", "k", "PASS", 1.0, {"run": "a"}).run == "a"
