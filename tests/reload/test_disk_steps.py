"""Edited files that are laid aside before the old ones are put back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gonogo.errors import ActionFailed
from gonogo.reload.disk_steps import MOST_KEPT, keep_rejected
from gonogo.reload.trees.good_trees import keep_good
from gonogo.reload.trees.marker import Plan
from gonogo.reload.trees.switch_plan import plan_in_place
from tests.config_trees import CONFIG, Place, place, write

EDITED = "groups: [] # edited\n"


def edited(trees: Place, files: dict[str, str]) -> Plan:
    """Keep what stands there as good, edit it, and plan the way back."""
    good = keep_good(trees.state, trees.live)
    write(trees.live.root, files)
    return plan_in_place(trees.state, trees.live, good)


def test_what_would_be_overwritten_is_copied_for_its_owner_alone(tmp_path: Path) -> None:
    """Changed and new files; nothing that stays as it is."""
    trees = place(tmp_path)
    aside = keep_rejected(trees.state, edited(trees, {"rules/a.yml": EDITED, "rules/new.yml": EDITED}))
    assert aside is not None
    found = sorted(str(path.relative_to(aside)) for path in aside.rglob("*") if path.is_file())
    assert found == ["rules/a.yml", "rules/new.yml"]
    assert (aside / "rules" / "a.yml").read_text(encoding="utf-8") == EDITED
    assert (aside / "rules" / "a.yml").stat().st_mode & 0o777 == 0o600


def test_a_file_that_the_new_configuration_does_not_name_is_copied_too(tmp_path: Path) -> None:
    """The rollback would overwrite this file too."""
    trees = place(tmp_path)
    files = {"prometheus.yml": CONFIG.replace("rules/*.yml, ", ""), "rules/a.yml": EDITED}
    aside = keep_rejected(trees.state, edited(trees, files))
    assert aside is not None
    assert (aside / "rules" / "a.yml").read_text(encoding="utf-8") == EDITED


def test_files_outside_the_folder_are_copied_by_their_whole_path(tmp_path: Path) -> None:
    """Beside a folder of the tree that has the same name."""
    outside = tmp_path / "elsewhere" / "o.yml"
    write(tmp_path, {"elsewhere/o.yml": "groups: []\n"})
    config = CONFIG.replace("extra.yml", f"outside/*.yml, {outside}")
    trees = place(tmp_path, {"prometheus.yml": config, "rules/a.yml": EDITED})
    marker = edited(trees, {"outside/in.yml": EDITED, "../elsewhere/o.yml": EDITED})
    aside = keep_rejected(trees.state, marker)
    assert aside is not None
    assert (aside / f"outside_{outside}").read_text(encoding="utf-8") == EDITED
    assert (aside / "outside" / "in.yml").read_text(encoding="utf-8") == EDITED


def test_where_the_old_files_stand_nothing_is_copied(tmp_path: Path) -> None:
    """Nor what is gone."""
    trees = place(tmp_path)
    old = (trees.live.root / "rules" / "a.yml").read_text(encoding="utf-8")
    marker = edited(trees, {"rules/a.yml": EDITED, "rules/new.yml": EDITED})
    write(trees.live.root, {"rules/a.yml": old})
    (trees.live.root / "rules" / "new.yml").unlink()
    assert keep_rejected(trees.state, marker) is None


def test_only_the_last_few_are_kept(tmp_path: Path) -> None:
    """The oldest go first."""
    trees = place(tmp_path)
    made = []
    for number in range(MOST_KEPT + 2):
        marker = edited(trees, {"rules/a.yml": f"groups: [] # {number}\n"})
        aside = keep_rejected(trees.state, marker)
        assert aside is not None
        os.utime(aside, (number, number))
        made.append(aside)
    assert [path.exists() for path in made] == [False, False, *[True] * MOST_KEPT]


def test_what_cannot_be_laid_aside_is_not_overwritten(tmp_path: Path) -> None:
    """A folder in the way, or a file that is none: both are an error, with what to do."""
    trees = place(tmp_path)
    marker = edited(trees, {"rules/a.yml": EDITED})
    (trees.state.folder / "rejected").write_text("in the way", encoding="utf-8")
    with pytest.raises(ActionFailed, match="make room or repair the folder, then: gonogo reload --recover"):
        keep_rejected(trees.state, marker)
    (trees.live.root / "rules" / "a.yml").unlink()
    (trees.live.root / "rules" / "a.yml").mkdir()
    with pytest.raises(ActionFailed, match=r"(?s)rules/a\.yml.*move it away"):
        keep_rejected(trees.state, marker)
