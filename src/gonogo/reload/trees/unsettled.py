"""Finds a switch of a live folder that has not ended, under any name of its server.

A marker is stored by server, and a server may have several names: an address, a name in the DNS, a name behind a proxy.
The live folder is the same under all of them.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from gonogo.reload.trees.recover_marker import pending
from gonogo.reload.trees.server_state import StateFolder
from gonogo.reload.trees.tree import Tree


def state_in_force(state: StateFolder, live: Tree) -> StateFolder:
    """Return the state folder for a reload of this tree: its own, or the folder with an unfinished switch of the tree.

    Args:
        state: the state folder of the server, by its current name.
        live: the tree that the server reads.

    Raises:
        ActionFailed: a marker cannot be read, so that its tree is not known.
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
    """Compare the places of two trees, not their contents: a link that was turned is still the same tree."""
    return (_place(one), one.config) == (_place(other), other.config)


def _place(tree: Tree) -> Path:
    return tree.root.parent.resolve() / tree.root.name if tree.root.is_symlink() else tree.root.resolve()
