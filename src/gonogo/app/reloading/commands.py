"""What a person can type where a reload could be neither finished nor undone."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from gonogo.actuators.recover_marker import Marker, pending
from gonogo.app.reloading.place import Place
from gonogo.errors import ActionFailed
from gonogo.policy.settings import Trigger

MOST_FILES = 50
"""How many files are named one by one; of more, only where their bytes are kept is said."""


def by_hand(place: Place) -> tuple[str, ...]:
    """Give the commands: the one that does it all, then what it would do."""
    policy = shlex.quote(str(place.policy_file.path.absolute()))
    lines = [f"gonogo reload --recover --policy {policy} --prometheus {place.server.url}"]
    try:
        marker = pending(place.state)
    except ActionFailed as error:
        return (*lines, f"# {error.what}: {error.next_step}")
    if marker is not None:
        lines += ("# or by hand, to put the old files back:", *_old_files(place, marker))
    return (*lines, "# and let the server read them:", asks(place))


def asks(place: Place) -> str:
    """Write the command that asks the server to reload."""
    settings = place.policy_file.reload
    if settings.trigger is Trigger.COMMAND:
        return shlex.join(settings.command)
    if settings.trigger is Trigger.SIGNAL:
        of = f"$(cat {shlex.quote(str(settings.pid_file))})" if settings.pid_file is not None else str(settings.pid)
        return f"kill -HUP {of}"
    return f"curl -fsS -X POST {shlex.quote(f'{place.server.url}/-/reload')}"


def _old_files(place: Place, marker: Marker) -> Iterator[str]:
    if marker.link is not None:
        yield shlex.join(("ln", "-sfn", marker.link.before, str(marker.link.path)))
        return
    if len(marker.changes) > MOST_FILES:
        yield f"# {len(marker.changes)} files: {place.state.marker} names them, {place.state.objects} has their bytes"
        return
    for change in marker.changes:
        there = str(marker.live.path(change.name))
        if change.before is None:
            yield shlex.join(("rm", "-f", there))
        else:
            yield shlex.join(("cp", str(place.state.objects / change.before.sha256), there))
