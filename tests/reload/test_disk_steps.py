"""Copies of edited files, made before the old files are put back."""

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
    """Keep the live tree as good, edit it, and plan the rollback."""
    good = keep_good(trees.state, trees.live)
    write(trees.live.root, files)
    return plan_in_place(trees.state, trees.live, good)


def test_files_to_be_overwritten_are_copied_first(tmp_path: Path) -> None:
    """Changed files and new files are copied, unchanged files are not. Only the owner can read the copies."""
    trees = place(tmp_path)
    aside = keep_rejected(trees.state, edited(trees, {"rules/a.yml": EDITED, "rules/new.yml": EDITED}))
    assert aside is not None
    found = sorted(str(path.relative_to(aside)) for path in aside.rglob("*") if path.is_file())
    assert found == ["rules/a.yml", "rules/new.yml"]
    assert (aside / "rules" / "a.yml").read_text(encoding="utf-8") == EDITED
    assert (aside / "rules" / "a.yml").stat().st_mode & 0o777 == 0o600


def test_a_file_that_only_the_old_configuration_names_is_copied(tmp_path: Path) -> None:
    """The rollback would overwrite this file too."""
    trees = place(tmp_path)
    files = {"prometheus.yml": CONFIG.replace("rules/*.yml, ", ""), "rules/a.yml": EDITED}
    aside = keep_rejected(trees.state, edited(trees, files))
    assert aside is not None
    assert (aside / "rules" / "a.yml").read_text(encoding="utf-8") == EDITED


def test_files_outside_the_folder_are_copied_by_their_whole_path(tmp_path: Path) -> None:
    """A folder of the tree may have the same name."""
    outside = tmp_path / "elsewhere" / "o.yml"
    write(tmp_path, {"elsewhere/o.yml": "groups: []\n"})
    config = CONFIG.replace("extra.yml", f"outside/*.yml, {outside}")
    trees = place(tmp_path, {"prometheus.yml": config, "rules/a.yml": EDITED})
    marker = edited(trees, {"outside/in.yml": EDITED, "../elsewhere/o.yml": EDITED})
    aside = keep_rejected(trees.state, marker)
    assert aside is not None
    assert (aside / f"outside_{outside}").read_text(encoding="utf-8") == EDITED
    assert (aside / "outside" / "in.yml").read_text(encoding="utf-8") == EDITED


def test_without_an_edited_file_no_copy_is_made(tmp_path: Path) -> None:
    """The old files are in place, and the new file was removed."""
    trees = place(tmp_path)
    old = (trees.live.root / "rules" / "a.yml").read_text(encoding="utf-8")
    marker = edited(trees, {"rules/a.yml": EDITED, "rules/new.yml": EDITED})
    write(trees.live.root, {"rules/a.yml": old})
    (trees.live.root / "rules" / "new.yml").unlink()
    assert keep_rejected(trees.state, marker) is None


def test_only_the_last_copies_are_kept(tmp_path: Path) -> None:
    """The oldest copies are removed first."""
    trees = place(tmp_path)
    made = []
    for number in range(MOST_KEPT + 2):
        marker = edited(trees, {"rules/a.yml": f"groups: [] # {number}\n"})
        aside = keep_rejected(trees.state, marker)
        assert aside is not None
        os.utime(aside, (number, number))
        made.append(aside)
    assert [path.exists() for path in made] == [False, False, *[True] * MOST_KEPT]


def test_a_file_that_cannot_be_copied_is_an_error(tmp_path: Path) -> None:
    """A file has the name of the folder for copies, or a folder is in the place of the edited file.

    The error has the next step.
    """
    trees = place(tmp_path)
    marker = edited(trees, {"rules/a.yml": EDITED})
    (trees.state.folder / "rejected").write_text("in the way", encoding="utf-8")
    with pytest.raises(ActionFailed, match="make room or repair the folder, then: gonogo reload --recover"):
        keep_rejected(trees.state, marker)
    (trees.live.root / "rules" / "a.yml").unlink()
    (trees.live.root / "rules" / "a.yml").mkdir()
    with pytest.raises(ActionFailed, match=r"(?s)rules/a\.yml.*move it away"):
        keep_rejected(trees.state, marker)
