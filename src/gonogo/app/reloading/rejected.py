"""What somebody edited in place and a server did not take: laid aside before the old files are put back."""

from __future__ import annotations

import shutil
from pathlib import Path

from gonogo.actuators import durable
from gonogo.actuators.manifest import Manifest
from gonogo.actuators.regular_file import NotReadable, read_regular
from gonogo.actuators.server_state import PRIVATE_FILE, PRIVATE_FOLDER, ServerState
from gonogo.actuators.tree import Tree
from gonogo.app.reloading.contents import digest_of
from gonogo.errors import ActionFailed

MOST_KEPT = 3
"""How many rejected trees are kept; the oldest go first."""


def keep_rejected(state: ServerState, live: Tree, manifest: Manifest | None) -> Path | None:
    """Copy the files of a tree to where nobody overwrites them; gives the folder.

    Raises:
        ActionFailed: they cannot be kept, so they must not be overwritten.
    """
    if manifest is None:
        return None
    folder = state.folder / "rejected" / digest_of(manifest)
    try:
        for name in manifest.kept:
            if not name.startswith("/"):
                place = folder / name
                place.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
                durable.replace(place, read_regular(live.path(name))[0], PRIVATE_FILE)
        others = sorted((one for one in folder.parent.iterdir() if one != folder), key=lambda one: one.stat().st_mtime)
        for old in others[: max(0, len(others) - MOST_KEPT + 1)]:
            shutil.rmtree(old, ignore_errors=True)
    except (OSError, NotReadable) as error:
        raise ActionFailed(
            "the edited files cannot be laid aside, so they were not overwritten",
            where=str(folder),
            why=str(error),
            next_step="make room or mend the folder, then: gonogo reload --recover",
        ) from error
    return folder
