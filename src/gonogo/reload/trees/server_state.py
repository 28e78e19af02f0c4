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
import re
from dataclasses import dataclass
from pathlib import Path

from gonogo.disk import durable

PRIVATE_FOLDER = 0o700
"""The mode of folders: configurations may contain passwords."""

PRIVATE_FILE = 0o600


@dataclass(frozen=True, slots=True)
class StateFolder:
    """The folder with the state of one server's reloads.

    Attributes:
        folder: the path of the folder, which may not exist.
        server: the server's URL in normal form.
    """

    folder: Path
    server: str

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


def server_state(state_folder: Path, server: str) -> StateFolder:
    """Return the state folder of one server.

    Args:
        state_folder: the state folder of the policy, ``.gonogo`` beside it. It is made when it is needed.
        server: the server's URL in normal form (``str(parse_address(url))``), so that two spellings of one address
            are one server.
    """
    shown = re.sub(r"[^A-Za-z0-9.-]+", "_", server.partition("://")[2])[:40]
    identity = hashlib.sha256(server.encode()).hexdigest()[:12]
    return StateFolder(state_folder.absolute() / "reload" / f"{shown}-{identity}", server)
