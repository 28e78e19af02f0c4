"""The state folder of the reloads of one server.

::

    .gonogo/reload/<server>/lock            one reload at a time
                            objects/<hash>  bytes of configurations, readable by the owner alone
                            good/<n>.json   the last trees that were proved loaded
                            overwritten/    bytes of other programs that a user chose to overwrite
                            switch.json     a switch that has not ended
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from gonogo.disk import durable
from gonogo.disk.regular_file import NotReadable, read_regular
from gonogo.errors import ActionFailed
from gonogo.reload.trees.switch_trouble import Refused

PRIVATE_FOLDER = 0o700
"""The mode of folders: configurations may contain passwords."""

PRIVATE_FILE = 0o600


LARGEST_NOTE = 64 * 1024 * 1024
"""The largest size of a note in bytes. A switch of 10,000 files takes about 10 MB."""


class StateFolder(Struct, frozen=True):
    """The folder with the state of one server's reloads, which may not exist.

    ``server`` is the URL in normal form. A note with more bytes than ``largest_note`` is not written.
    """

    folder: Path
    server: str
    largest_note: int = LARGEST_NOTE

    @property
    def lock(self) -> Path:
        """Return the file that a reload locks."""
        return self.folder / "lock"

    @property
    def objects(self) -> Path:
        """Return the folder of stored bytes. The name of each file is its hash."""
        return self.folder / "objects"

    @property
    def good(self) -> Path:
        """Return the folder of the last good copies."""
        return self.folder / "good"

    @property
    def overwritten(self) -> Path:
        """Return the folder of files that were overwritten. gonogo never deletes them."""
        return self.folder / "overwritten"

    @property
    def marker(self) -> Path:
        """Return the file that exists until a switch ends."""
        return self.folder / "switch.json"

    def make(self) -> None:
        """Make the missing folders, each for its owner alone. The folders survive a power cut.

        Raises:
            OSError: a folder cannot be made.
        """
        for folder in (*reversed(self.folder.parents[:2]), self.folder, self.objects, self.good, self.overwritten):
            if not folder.is_dir():
                folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
                durable.sync_folder(folder.parent)


def state_folder(folder: Path, server: str) -> StateFolder:
    """Return the state folder of one server below the policy's own.

    The server's URL must be in normal form (``str(parse_address(url))``), so that two spellings of one address are one
    server.
    """
    shown = re.sub(r"[^A-Za-z0-9.-]+", "_", server.partition("://")[2])[:40]
    identity = hashlib.sha256(server.encode()).hexdigest()[:12]
    return StateFolder(folder.absolute() / "reload" / f"{shown}-{identity}", server)


def write_note(path: Path, schema: str, value: Mapping[str, object], largest: int = LARGEST_NOTE) -> None:
    """Write a note. When this function returns, the note survives a power cut.

    Raises:
        OSError: the note cannot be written.
        Refused: the note would be too large to be read again.
    """
    content = json.dumps({"schema": schema, **value}, separators=(",", ":")).encode()
    if len(content) > largest:
        raise Refused(
            "the names of these files are too many and too long to be recorded",
            where=str(path),
            why=f"{len(content)} bytes, at most {largest} can be read again",
            next_step="nothing was changed; put the rules into fewer files, or into folders with shorter names",
        )
    durable.replace(path, content, PRIVATE_FILE)


def read_note(path: Path, schema: str) -> Mapping[str, Any]:
    """Read a note.

    Raises:
        NotReadable: the note cannot be read, or has another schema.
    """
    try:
        value = json.loads(read_regular(path, LARGEST_NOTE)[0])
    except (ValueError, RecursionError) as error:
        raise NotReadable(str(error)) from error
    found = value.get("schema") if isinstance(value, dict) else None
    if found != schema:
        raise NotReadable(f"its schema is {found}, not {schema}")
    return dict(value)


def keep(folder: Path, files: Iterable[tuple[Path, str]]) -> None:
    """Store the bytes of files that had these hashes. When this function returns, the bytes survive a power cut.

    All files are written before the first one is synced, so that the disk writes them in one pass.

    Raises:
        Refused: a file changed since its hash was taken.
        OSError: the bytes cannot be kept.
    """
    beside: dict[str, Path] = {}
    try:
        for source, sha256 in files:
            content = _as_seen(source, sha256)
            if sha256 not in beside and not is_kept(folder, sha256):
                beside[sha256] = folder / f".{sha256}.new"
                _write(beside[sha256], content)
        durable.sync_files(beside.values())
        for sha256, path in beside.items():
            path.rename(folder / sha256)
    except (OSError, ActionFailed):
        for path in beside.values():
            with suppress(OSError):
                path.unlink()
        raise
    if beside:
        durable.sync_folder(folder)


def kept(folder: Path, sha256: str) -> bytes:
    """Return the bytes of a hash.

    Raises:
        ActionFailed: the bytes are missing or damaged.
    """
    try:
        content, _ = read_regular(folder / sha256)
    except NotReadable as error:
        raise _damaged(folder / sha256, str(error)) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _damaged(folder / sha256, "its bytes do not have the hash that is its name")
    return content


def is_kept(folder: Path, sha256: str) -> bool:
    """Return whether the bytes of a hash are stored and undamaged."""
    try:
        kept(folder, sha256)
    except ActionFailed:
        return False
    return True


def drop_others(folder: Path, needed: Collection[str]) -> None:
    """Delete all stored bytes except the needed ones. Bytes that cannot be deleted stay."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in needed:
            with suppress(OSError):
                path.unlink()


def _as_seen(source: Path, sha256: str) -> bytes:
    try:
        content, _ = read_regular(source)
    except NotReadable as error:
        raise _changed(source, str(error)) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _changed(source, "its bytes changed a moment ago")
    return content


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _changed(path: Path, why: str) -> Refused:
    return Refused(
        "a file changed while it was kept",
        where=str(path),
        why=why,
        next_step="nothing was changed; see who else writes there, and try again",
    )


def _damaged(path: Path, why: str) -> ActionFailed:
    return ActionFailed(
        "a kept file cannot be used",
        where=str(path),
        why=why,
        next_step="take that file from version control or a backup",
    )
