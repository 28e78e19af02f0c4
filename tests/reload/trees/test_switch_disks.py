"""Switches on real disks that are full, read-only or mounted file by file."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config_trees import NEW, OLD, place
from tests.own_mounts import NAMESPACE, may_mount

LIMITED = ("bash", "-c", 'ulimit -f {blocks}; exec "$0" "$@"')
SCRIPT = """
import sys
from pathlib import Path
from gonogo.reload.trees.state_folder import state_folder
from gonogo.reload.trees.switch import switch
from gonogo.reload.trees.switch_plan import plan_switch
from gonogo.reload.trees.tree import live_tree, staged_tree
from gonogo.errors import GonogoError

folder, state = Path(sys.argv[1]), state_folder(Path(sys.argv[2]), "http://127.0.0.1:9090")
live = live_tree(folder / "live/prometheus.yml")
try:
    switch(state, plan_switch(live, staged_tree(folder / "staged", live)))
except GonogoError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""
READ_ONLY = 'mount --bind "$2/live" "$2/live" && mount -o remount,ro,bind "$2/live" && exec "$0" -c "$1" "$2" "$3"'
FULL = (
    'mount -t tmpfs -o size=128k none "$2/live" && cp -r "$2/copy/." "$2/live" && '
    '{ head -c 40k /dev/zero; } >"$2/live/filler"; "$0" -c "$1" "$2" "$3"; code=$?; '
    'diff -r "$2/copy" "$2/live" >&2; exit $code'
)
INODES = FULL.replace("size=128k", "nr_inodes=24").replace("head -c 40k /dev/zero", "true")
MOUNTED = 'mount --bind "$2/live/rules/a.yml" "$2/live/rules/a.yml" && exec "$0" -c "$1" "$2" "$3"'


def run(argv: tuple[str, ...], folder: Path) -> str:
    """Run the script in the given way. Return its error message."""
    ended = subprocess.run([*argv, str(folder), str(folder / "state")], check=False, capture_output=True, text=True)
    assert ended.returncode == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stderr


@pytest.mark.parametrize("blocks", [0, 4])
def test_without_room_for_a_file_the_old_tree_stays(tmp_path: Path, blocks: int) -> None:
    """The state folder is written first, so the live tree is not changed."""
    here = place(tmp_path, OLD, {**NEW, "rules/big.yml": "# big\n" * 2000})
    old = here.stand()
    bash, option, script = LIMITED
    argv = (bash, option, script.format(blocks=blocks), sys.executable, "-c", SCRIPT)
    complaint = run(argv, tmp_path)
    assert complaint.startswith("Refused: ")
    assert "why:  File too large" in complaint
    assert "nothing was changed" in complaint
    assert here.stand() == old


@pytest.mark.parametrize(
    ("mounting", "complaint"),
    [
        (READ_ONLY, "cannot be written"),
        (FULL, "has no room for"),
        (INODES, "make room on that disk"),
        (MOUNTED, "mount its folder"),
    ],
)
def disks_that_refuse_are_reported(tmp_path: Path, mounting: str, complaint: str) -> None:
    """A read-only or full disk, or a mounted file, stops the plan.

    A disk without inodes stops the switch before the first rename.
    """
    here = place(tmp_path, OLD, {**NEW, **{f"rules/{n}.yml": "# big\n" * 1500 for n in range(6)}})
    shutil.copytree(here.live.root, tmp_path / "copy")
    old = here.stand()
    said = run((*NAMESPACE, "bash", "-c", mounting, sys.executable, SCRIPT), tmp_path)
    assert complaint in said
    assert said.startswith({READ_ONLY: "Unfit", FULL: "Unfit", INODES: "Refused", MOUNTED: "Unfit"}[mounting]), said
    assert not any(line.startswith(("diff", "Only in")) and "filler" not in line for line in said.splitlines())
    assert here.stand() == old


if may_mount():  # not in a chroot or a plain container; a test that is skipped there would fail the whole run
    test_disks_that_refuse_are_reported = disks_that_refuse_are_reported
