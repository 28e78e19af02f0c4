"""The file that a server reads as its configuration: the policy's file, another file, or an unknown file.

A server masks its secrets, so its answers prove nothing about them. If a policy names a copy of the server's file,
every change of a password would seem reloaded. So if the server's process runs on this machine, gonogo looks at the
file as that process sees it, containers and links included. The file must be the policy's. Elsewhere a visible change
must prove it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gonogo.errors import cause_of
from gonogo.programs.server_processes import PROC, processes_of
from gonogo.reload.compare.configuration import difference
from gonogo.reload.compare.secrets import secrets_in
from gonogo.reload.contents import Contents, folder_of
from gonogo.reload.trees.symlinks import walked
from gonogo.server.server_state import ServerState


class Which(StrEnum):
    """The file that a server reads."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OwnFile:
    """The file that a server reads. ``detail`` names another file, or says why the file is not known."""

    which: Which
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Visible:
    """The changes of a reload that the server shows, and the secrets, which it masks.

    Attributes:
        file: whether the configuration visibly changes.
        rules: whether rules or the jobs of scrape files visibly change, and the configuration does not.
        secrets: whether secrets in the configuration change.
        masked: whether the configuration has secrets.
    """

    file: bool
    rules: bool
    secrets: bool
    masked: bool

    @property
    def proves(self) -> bool:
        """Return whether a visible change shows that the server reads this configuration, secrets included."""
        return self.file or (self.rules and not self.secrets)


def own_file(server: ServerState, file: Path, proc: Path = PROC) -> OwnFile:
    """Find whether the server reads this file. The path alone proves nothing."""
    return read_by(server_processes(server, proc), Path(server.configuration_path), file)


def server_processes(server: ServerState, proc: Path = PROC) -> tuple[Path, ...]:
    """List the processes of this machine that may be the server."""
    started, config = server.vitals.metrics.started_at, server.flags.get("config.file", "")
    return () if started is None else tuple(processes_of(started, config, proc))


def read_by(processes: Iterable[Path], path: Path, file: Path) -> OwnFile:
    """Find whether the processes see this file at a path."""
    files = tuple(_seen_by(process, path, file) for process in processes)
    if not files:
        return OwnFile(Which.UNKNOWN, "the server's process is not visible on this machine")
    if len({one.which for one in files}) > 1:
        return OwnFile(Which.UNKNOWN, "several processes may be the server, and they read different files")
    return files[0]


def visible(new: Contents, old: Contents | None, server: ServerState, *, differs: bool) -> Visible:
    """Find the changes that the server will show.

    Args:
        new: the new tree.
        old: the loaded tree, if that is known.
        server: the server before anything is changed.
        differs: whether the new tree, its rules and scrape files included, differs from the server's answers.
    """
    secrets = secrets_in(new.text)
    file = bool(difference(new.text, server.configuration, folder=folder_of(server)))
    return Visible(
        file=file,
        rules=differs and not file,
        secrets=old is not None and secrets_in(old.text) != secrets,
        masked=bool(secrets),
    )


def unproved(file: Path, own: OwnFile, seen: Visible, *, known: bool) -> Iterator[str]:
    """Report why a reload would prove nothing.

    Args:
        file: the policy's configuration.
        own: the file that the server reads.
        seen: the changes that the server will show.
        known: whether an earlier reload showed that the server reads the policy's configuration.
    """
    if seen.proves:
        return
    if own.which is Which.OTHER:
        yield (
            f"the server reads another file than {file}: {own.detail}; this reload would change nothing there "
            "(let prometheus.config name the server's file, or start the server with this one)"
        )
    elif own.which is Which.UNKNOWN and seen.secrets and not known:
        yield (
            f"secrets in {file} change, the server masks them, and it is not known whether the server reads this "
            f"file: {own.detail} (change something visible in the same file with them, such as an external label, or "
            "run this as root where the server runs)"
        )


def unproved_secrets(file: Path, own: OwnFile, seen: Visible, *, known: bool) -> Iterator[str]:
    """Warn about secrets that do not change and that nothing proves."""
    if own.which is Which.UNKNOWN and seen.masked and not (seen.proves or known):
        yield (
            f"the secrets in {file} are not proved: the server masks them, and it is not known whether the server "
            f"reads this file: {own.detail}"
        )


def _seen_by(process: Path, path: Path, file: Path) -> OwnFile:
    """Compare the file that a process sees at a path with this one."""
    try:
        theirs = walked(path, root=process / "root")[0].stat()
        ours = file.stat()
    except OSError as error:
        why = cause_of(error)
        return OwnFile(Which.UNKNOWN, f"{path} of process {process.name} cannot be seen: {why}")
    if os.path.samestat(theirs, ours):
        return OwnFile(Which.SAME)
    return OwnFile(Which.OTHER, f"process {process.name} has another file at {path}")
