"""Tests of ``input-untracked``: inputs that are not in git."""

from __future__ import annotations

from gonogo.lint.checks.input_untracked import CHECK
from gonogo.lint.core.estate import Estate, Untracked


def test_an_untracked_input_is_found_with_its_next_step() -> None:
    """Ignored and untracked files are found, each with its own next step."""
    untracked = (Untracked("a.yml", "rules", ignored=True), Untracked("gonogo.yaml", "policy", ignored=False))
    first, second = CHECK.find(Estate(untracked=untracked))
    assert (first.where.start.path, second.where.start.path) == ("a.yml", "gonogo.yaml")
    assert "remove the pattern from .gitignore" in first.message
    assert "git add gonogo.yaml" in second.message
