"""Copies of records with some fields replaced."""

from __future__ import annotations

import pytest

from gonogo.model.outcome import Doubt, Reason
from gonogo.model.replacing import replace
from gonogo.promql.tree import Number, Vector


def test_structs_and_dataclasses_are_copied() -> None:
    """The other fields stay, and the original does not change."""
    doubt, vector = Doubt(Reason.STALE, "old"), Vector("x")
    assert replace(doubt, detail="new") == Doubt(Reason.STALE, "new")
    assert replace(vector, metric="y") == Vector("y")
    assert (doubt.detail, vector.metric) == ("old", "x")


def test_a_field_that_does_not_exist_is_refused() -> None:
    """In a record of either kind. The types refuse it as well."""
    with pytest.raises(TypeError):
        replace(Doubt(Reason.STALE, "old"), nonsense=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        replace(Number(1.0), nonsense=1)  # type: ignore[call-arg]
