"""Keeps copies of the files that a user edited in place and the server rejected, before a rollback overwrites them."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from gonogo.disk import durable
from gonogo.disk.regular_file import NotReadable, read_regular
from gonogo.errors import ActionFailed
from gonogo.reload.trees.marker import Plan
from gonogo.reload.trees.state_folder import PRIVATE_FILE, PRIVATE_FOLDER, StateFolder

MOST_KEPT = 3
"""The number of rejected trees to keep. The oldest ones are deleted."""


def keep_rejected(state: StateFolder, plan: Plan) -> Path | None:
    """Copy every file that the rollback would overwrite or remove. Return the folder, or ``None`` if there is none.

    Raises:
        ActionFailed: the files cannot be copied, so they must not be overwritten.
    """
    rejected = state.folder / "rejected"
    try:
        edited = _edited(plan)
        if not edited:
            return None
        lines = (f"{hashlib.sha256(content).hexdigest()} {name}\n" for name, content in sorted(edited.items()))
        folder = rejected / hashlib.sha256("".join(lines).encode(errors="surrogateescape")).hexdigest()[:16]
        copies = {folder / _inside(name, edited): content for name, content in edited.items()}
        for copy, content in copies.items():
            copy.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            durable.replace(copy, content, PRIVATE_FILE)
        for made in {above for copy in copies for above in copy.parents if above.is_relative_to(state.folder)}:
            durable.sync_folder(made)
        others = sorted((one for one in rejected.iterdir() if one != folder), key=lambda one: one.stat().st_mtime)
        for old in others[: max(0, len(others) - MOST_KEPT + 1)]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise _not_kept(rejected, error, "make room or repair the folder") from error
    return folder


def _edited(plan: Plan) -> dict[str, bytes]:
    """Read the files that the rollback would replace or remove."""
    edited = {}
    for change in plan.changes:
        path = plan.live.path(change.name)
        if os.path.lexists(path):
            try:
                content = read_regular(path)[0]
            except NotReadable as error:
                raise _not_kept(path, error, "move it away") from error
            if change.before is None or hashlib.sha256(content).hexdigest() != change.before.sha256:
                edited[change.name] = content
    return edited


def _not_kept(where: Path, error: Exception, next_step: str) -> ActionFailed:
    return ActionFailed(
        "the edited files cannot be copied, so they were not overwritten",
        where=str(where),
        why=str(error),
        next_step=f"{next_step}, then: gonogo reload --recover --overwrite",
    )


def _inside(name: str, edited: dict[str, bytes]) -> str:
    """Return the name of a copy. A file outside the configuration's folder is below ``outside``, by its whole path."""
    outside = "outside"
    while any(other.startswith(f"{outside}/") for other in edited):
        outside += "_"
    return f"{outside}{name}" if name.startswith("/") else name
