"""The file that a server reads as its configuration: the policy's, another one, or nobody here knows.

What a server shows proves nothing of what it masks: a policy that names a copy of the server's file would have every
change of a password "reloaded". So where the server's process runs on this machine, its own file is looked at as that
process sees it, containers and links included, and must be the policy's. Elsewhere a visible change has to show it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

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
    """The file that a server reads, and a clause that says which other one, or why it is not known."""

    which: Which
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Visible:
    """The part of a reload that the server can be seen to have taken, and the secrets, which it masks.

    Attributes:
        file: whether the configuration is seen to change.
        rules: whether rules or the jobs of scrape files are seen to change, and the configuration is not.
        secrets: whether secrets change that are written in the configuration.
        masked: whether it has any.
    """

    file: bool
    rules: bool
    secrets: bool
    masked: bool

    @property
    def proves(self) -> bool:
        """Whether the server is seen to read this configuration, or there is nothing else to see."""
        return self.file or (self.rules and not self.secrets)


def own_file(server: ServerState, file: Path, proc: Path = PROC) -> OwnFile:
    """Find out whether the file that a server reads is this one; nothing is assumed from its path alone."""
    return read_by(server_processes(server, proc), Path(server.configuration_path), file)


def server_processes(server: ServerState, proc: Path = PROC) -> tuple[Path, ...]:
    """List the processes of this machine that may be the server."""
    started, config = server.vitals.metrics.started_at, server.flags.get("config.file", "")
    return () if started is None else tuple(processes_of(started, config, proc))


def read_by(processes: Iterable[Path], path: Path, file: Path) -> OwnFile:
    """Find out whether the file that the processes see at a path is this one."""
    told = tuple(_seen_by(process, path, file) for process in processes)
    if not told:
        return OwnFile(Which.UNKNOWN, "its process is not seen on this machine")
    if len({one.which for one in told}) > 1:
        return OwnFile(Which.UNKNOWN, "several processes may be the server, and they read different files")
    return told[0]


def visible(new: Contents, old: Contents | None, server: ServerState, *, differs: bool) -> Visible:
    """Say what of a tree the server can be seen to take.

    Args:
        new: the tree that shall be loaded.
        old: the tree that was loaded, where that is known.
        server: the server before anything is touched.
        differs: whether anything of it, its rules and scrape files included, differs from what the server shows.
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
    """Say why a reload would prove nothing.

    Args:
        file: the policy's configuration.
        own: the file that the server reads.
        seen: what it can be seen to take.
        known: whether an earlier reload showed that the server reads the policy's configuration.
    """
    if seen.proves:
        return
    if own.which is Which.OTHER:
        yield (
            f"the server reads another file than {file}: {own.detail}; nothing of this reload would be seen on it "
            "(let prometheus.config name the server's file, or start the server with this one)"
        )
    elif own.which is Which.UNKNOWN and seen.secrets and not known:
        yield (
            f"secrets in {file} change, the server masks them, and nobody knows whether it reads this file: "
            f"{own.detail} (change something visible in the same file with them, such as an external label, or run "
            "this as root where the server runs)"
        )


def unproved_secrets(file: Path, own: OwnFile, seen: Visible, *, known: bool) -> Iterator[str]:
    """Warn of secrets that nothing proves, where none of them changes."""
    if own.which is Which.UNKNOWN and seen.masked and not (seen.proves or known):
        yield (
            f"the secrets in {file} are not proved: the server masks them, and nobody knows whether it reads this "
            f"file: {own.detail}"
        )


def _seen_by(process: Path, path: Path, file: Path) -> OwnFile:
    """Compare the file that a process sees at a path with ours."""
    try:
        theirs = walked(path, root=process / "root")[0].stat()
        ours = file.stat()
    except OSError as error:
        why = error.strerror or str(error)
        return OwnFile(Which.UNKNOWN, f"{path} of process {process.name} cannot be seen: {why}")
    if os.path.samestat(theirs, ours):
        return OwnFile(Which.SAME)
    return OwnFile(Which.OTHER, f"process {process.name} has another file at {path}")
