"""Edited files that are laid aside before the old ones are put back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gonogo.actuators.manifest import snapshot
from gonogo.app.reloading.rejected import MOST_KEPT, keep_rejected
from gonogo.errors import ActionFailed
from tests.config_trees import place


def test_the_files_are_copied_without_secrets_and_for_their_owner_alone(tmp_path: Path) -> None:
    """Configuration, rules and certificates."""
    trees = place(tmp_path)
    aside = keep_rejected(trees.state, trees.live, snapshot(trees.live))
    assert aside is not None
    found = sorted(str(path.relative_to(aside)) for path in aside.rglob("*") if path.is_file())
    assert "rules/a.yml" in found
    assert "prometheus.yml" in found
    assert "secrets/password" not in found
    assert (aside / "rules" / "a.yml").stat().st_mode & 0o777 == 0o600


def test_only_the_last_few_are_kept(tmp_path: Path) -> None:
    """The oldest go first."""
    trees = place(tmp_path)
    made = []
    for number in range(MOST_KEPT + 2):
        (trees.live.root / "rules" / "a.yml").write_text(f"groups: [] # {number}\n", encoding="utf-8")
        aside = keep_rejected(trees.state, trees.live, snapshot(trees.live))
        assert aside is not None
        os.utime(aside, (number, number))
        made.append(aside)
    assert [path.exists() for path in made] == [False, False, *[True] * MOST_KEPT]


def test_what_cannot_be_laid_aside_is_not_overwritten(tmp_path: Path) -> None:
    """It is an error; where nothing is known there is nothing to lay aside."""
    trees = place(tmp_path)
    manifest = snapshot(trees.live)
    (trees.live.root / "rules" / "a.yml").unlink()
    with pytest.raises(ActionFailed, match="cannot be laid aside"):
        keep_rejected(trees.state, trees.live, manifest)
    assert keep_rejected(trees.state, trees.live, None) is None
