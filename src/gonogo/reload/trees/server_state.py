"""Where a policy's state folder keeps what belongs to the reloads of one server.

::

    .gonogo/reload/<server>/lock            one reload at a time
                            objects/<hash>  bytes of configurations, readable by the owner alone
                            good/<n>.json   the last trees that were proved loaded
                            overwritten/    somebody else's bytes, where a person asked for that
                            switch.json     a switch that is not settled yet
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from gonogo.disk import durable

PRIVATE_FOLDER = 0o700
"""Configurations may hold passwords."""

PRIVATE_FILE = 0o600


@dataclass(frozen=True, slots=True)
class StateFolder:
    """The folder of one server's reloads.

    Attributes:
        folder: the folder; nothing promises that it is there.
        server: the server's URL in its one form.
    """

    folder: Path
    server: str

    @property
    def lock(self) -> Path:
        """The file that a reload locks."""
        return self.folder / "lock"

    @property
    def objects(self) -> Path:
        """The folder of kept bytes, each file named by its hash."""
        return self.folder / "objects"

    @property
    def good(self) -> Path:
        """The folder of the last good trees."""
        return self.folder / "good"

    @property
    def overwritten(self) -> Path:
        """The folder of files that were overwritten and are nobody's to throw away."""
        return self.folder / "overwritten"

    @property
    def marker(self) -> Path:
        """The file that stands while a switch is not settled."""
        return self.folder / "switch.json"

    def make(self) -> None:
        """Make the folders that are missing, each for its owner alone; they survive a power cut.

        Raises:
            OSError: they cannot be made.
        """
        for folder in (*reversed(self.folder.parents[:2]), self.folder, self.objects, self.good, self.overwritten):
            if not folder.is_dir():
                folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
                durable.sync_folder(folder.parent)


def server_state(state_folder: Path, server: str) -> StateFolder:
    """Tell the folder of one server.

    Args:
        state_folder: the policy's, ``.gonogo`` beside it; made when it is needed.
        server: the server's URL in its one form, as ``str(parse_address(url))`` gives it: two spellings of
            one address must not be two servers.
    """
    shown = re.sub(r"[^A-Za-z0-9.-]+", "_", server.partition("://")[2])[:40]
    told_apart = hashlib.sha256(server.encode()).hexdigest()[:12]
    return StateFolder(state_folder.absolute() / "reload" / f"{shown}-{told_apart}", server)
