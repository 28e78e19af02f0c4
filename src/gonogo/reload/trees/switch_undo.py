"""The ways in which a failed switch ends: withdrawn, undone, or stuck."""

from __future__ import annotations

from gonogo.errors import ActionFailed
from gonogo.reload.trees.made_folders import drop_folders
from gonogo.reload.trees.recover_marker import Marker, remove_marker
from gonogo.reload.trees.server_state import StateFolder
from gonogo.reload.trees.switch_standing import TreeSide, standing
from gonogo.reload.trees.switch_steps import Step, bring, clear
from gonogo.reload.trees.switch_trouble import Refused, Strangers, Stuck, Undone, next_of, words
from gonogo.reload.trees.switch_verify import verify

OVERWRITES = "gonogo reload --recover --overwrite overwrites these files, and keeps their bytes"
"""The next step if the files of another program may be overwritten."""

UNREADABLE = (
    "these files cannot be copied: move them away, or put the link back, then: gonogo reload --recover --overwrite"
)
"""The next step if these files cannot be read."""


def withdrawn(state: StateFolder, marker: Marker, error: OSError | ActionFailed) -> ActionFailed:
    """Withdraw a switch before any file of the live folder was changed. Return the error to raise."""
    clear(marker)
    drop_folders(marker)
    try:
        remove_marker(state)
    except OSError as second:
        return stuck(state, marker, second)
    return _ended(Refused, "nothing was switched", marker, error)


def undone(state: StateFolder, marker: Marker, error: OSError | ActionFailed, at_step: Step) -> ActionFailed:
    """Put the old tree back after a file was changed. Return the error to raise."""
    try:
        bring(state, marker, TreeSide.OLD, at_step)
        verify(marker, TreeSide.OLD)
        remove_marker(state)
    except (OSError, ActionFailed) as second:
        return stuck(state, marker, second)
    return _ended(Undone, "the switch failed and was undone; the old tree is back", marker, error)


def stuck(state: StateFolder, marker: Marker, error: OSError | ActionFailed) -> Stuck:
    """Return the error for a live folder that could not be brought to one side. The marker exists."""
    clear(marker)
    way_out = OVERWRITES if isinstance(error, Strangers) else "fix that problem, then: gonogo reload --recover"
    return Stuck(
        f"the live tree is {standing(marker)}: it could not be brought to one side",
        where=str(marker.live.root),
        why=words(error) if isinstance(error, OSError) else str(error),
        next_step=f"{way_out} (the bytes of both trees are in {state.folder})",
    )


def _ended(sort: type[Refused | Undone], what: str, marker: Marker, error: OSError | ActionFailed) -> Refused | Undone:
    if isinstance(error, OSError):
        where = str(error.filename2 or error.filename or marker.live.root)
        return sort(what, where=where, why=words(error), next_step=next_of(error))
    return sort(what, where=error.where, why=error.why or error.what, next_step=error.next_step)
