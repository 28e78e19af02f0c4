"""The commands for a person when a reload could be neither finished nor undone."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from gonogo.errors import ActionFailed
from gonogo.policy.settings import Trigger
from gonogo.reload.place import ReloadPlace
from gonogo.reload.trees.manifest import ManifestEntry
from gonogo.reload.trees.recover_marker import Marker, pending

MOST_FILES = 50
"""The largest number of files that get a command each. For more files, a comment names the folder with the bytes."""

_SET_ATTRIBUTE = "import os, sys; os.setxattr(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]))"
"""A Python program in place of setfattr, which is often not installed."""


def by_hand(place: ReloadPlace) -> tuple[str, ...]:
    """Return the commands: first the one that does everything, then the single steps."""
    policy = shlex.quote(str(place.policy_file.path.absolute()))
    lines = [f"gonogo reload --recover --policy {policy} --prometheus {place.server.url}"]
    try:
        marker = pending(place.state)
    except ActionFailed as error:
        return (*lines, f"# {error.what}: {error.next_step}")
    if marker is not None:
        lines += ("# or by hand, to put the old files back:", *_old_files(place, marker))
    return (*lines, "# and make the server read these files:", asks(place))


def asks(place: ReloadPlace) -> str:
    """Return the command that asks the server to reload."""
    settings = place.policy_file.reload
    if settings.trigger is Trigger.COMMAND:
        return shlex.join(settings.command)
    if settings.trigger is Trigger.SIGNAL:
        of = f"$(cat {shlex.quote(str(settings.pid_file))})" if settings.pid_file is not None else str(settings.pid)
        return f"kill -HUP {of}"
    return f"curl -fsS -X POST {shlex.quote(f'{place.server.url}/-/reload')}"


def _old_files(place: ReloadPlace, marker: Marker) -> Iterator[str]:
    for link in marker.links:
        yield shlex.join(("ln", "-sfn", link.before, str(link.path)))
    if len(marker.changes) > MOST_FILES:
        yield f"# {len(marker.changes)} files: {place.state.marker} names them, {place.state.objects} has their bytes"
        return
    for change in marker.changes:
        there = str(marker.live.path(change.name))
        if change.before is None:
            yield shlex.join(("rm", "-f", there))
        else:
            yield " && ".join(map(shlex.join, _old_file(place, there, change.before)))


def _old_file(place: ReloadPlace, there: str, entry: ManifestEntry) -> Iterator[tuple[str, ...]]:
    """Return the commands that put a file back with its rights."""
    rights = entry.rights
    yield "cp", "--remove-destination", str(place.state.objects / entry.sha256), there
    yield "chown", f"{rights.uid}:{rights.gid}", there
    for name, value in rights.attributes:
        yield "python3", "-c", _SET_ATTRIBUTE, there, name, value
    yield "chmod", f"{rights.mode:o}", there
