"""``input-untracked``: what git does not have."""

from __future__ import annotations

from gonogo.lint.checks.input_untracked import CHECK
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.untracked import Untracked


def test_each_is_found_with_what_mends_it() -> None:
    """Ignored is another thing than not added yet."""
    untracked = (Untracked("a.yml", "rules", ignored=True), Untracked("gonogo.yaml", "policy", ignored=False))
    first, second = CHECK.find(Estate(untracked=untracked))
    assert (first.where.start.path, second.where.start.path) == ("a.yml", "gonogo.yaml")
    assert "remove the pattern from .gitignore" in first.message
    assert "git add gonogo.yaml" in second.message
