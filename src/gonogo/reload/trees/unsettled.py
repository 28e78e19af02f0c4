"""Finds a switch of a live tree that is not settled, under whatever name its server was reloaded then.

A marker is kept by server, and a server has more names than one: an address, a name in the
DNS, another one behind a proxy. The tree that was switched is the same under all of them.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from gonogo.reload.trees.recover_marker import pending
from gonogo.reload.trees.server_state import StateFolder
from gonogo.reload.trees.tree import Tree


def state_in_force(state: StateFolder, live: Tree) -> StateFolder:
    """Give the state that a reload of this tree goes by: its own, or the one whose switch of it is not settled.

    Args:
        state: the server's, by the name that it is given now.
        live: the tree that it reads.

    Raises:
        ActionFailed: a marker cannot be read, so that nobody knows of which tree it is.
    """
    if os.path.lexists(state.marker):
        return state
    for folder in sorted(_folders(state.folder.parent)):
        other = replace(state, folder=folder)
        marker = pending(other)
        if marker is not None and _is_same(marker.live, live):
            return other
    return state


def _folders(states: Path) -> list[Path]:
    return [path for path in states.iterdir() if path.is_dir()] if states.is_dir() else []


def _is_same(one: Tree, other: Tree) -> bool:
    """Compare places, not what stands there: a link that was turned is still the same tree."""
    return (_place(one), one.config) == (_place(other), other.config)


def _place(tree: Tree) -> Path:
    return tree.root.parent.resolve() / tree.root.name if tree.root.is_symlink() else tree.root.resolve()
