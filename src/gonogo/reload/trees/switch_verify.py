"""Reads the files again that a switch put on disk."""

from __future__ import annotations

from gonogo.errors import ActionFailed
from gonogo.reload.trees.manifest import content_differences, snapshot
from gonogo.reload.trees.recover_marker import Marker
from gonogo.reload.trees.switch_standing import TreeSide, is_there, link_text
from gonogo.reload.trees.switch_trouble import Unfit


def verify(marker: Marker, side: TreeSide) -> None:
    """Read every file of the switch again. For the new tree, read everything that a reload would read.

    Raises:
        ActionFailed: a file is not as it must be.
    """
    wrong = tuple(f"{change.name} is not" for change in marker.changes if not is_there(marker, change, side))
    for link in marker.links:
        if link_text(link.path) != (link.before if side is TreeSide.OLD else link.after):
            wrong += (f"the link {link.path} leads elsewhere",)
    if not wrong and side is TreeSide.NEW:
        wrong = besides(marker, side)
    if wrong:
        raise ActionFailed(
            f"the {side} tree is not on disk",
            where=str(marker.live.root),
            why="; ".join(wrong),
            next_step="see who else writes there, and try again",
        )


def besides(marker: Marker, side: TreeSide) -> tuple[str, ...]:
    """List, as clauses, the differences between the live folder and one side, in the files that a reload reads."""
    try:
        return content_differences(marker.old if side is TreeSide.OLD else marker.new, snapshot(marker.live))
    except Unfit as error:
        return error.reasons
