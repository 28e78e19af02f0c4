"""The one place that reads the environment."""

from __future__ import annotations

import pytest

from gonogo.environment import variable


def test_unset_and_empty_are_both_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable says nothing."""
    monkeypatch.delenv("GONOGO_TEST", raising=False)
    assert variable("GONOGO_TEST") is None
    monkeypatch.setenv("GONOGO_TEST", "")
    assert variable("GONOGO_TEST") is None
    monkeypatch.setenv("GONOGO_TEST", "x")
    assert variable("GONOGO_TEST") == "x"
