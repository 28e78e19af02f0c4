"""Keeps the passes of test files, under a key of everything that a pass depends on.

Only a pass without any finding is kept. The key is made of the text of the test file, the text of every rule file that
the test file loads and the place of each among the entries, gonogo's version, promtool's version, and the features that
promtool turns on. A failed test file always runs again. A damaged entry counts as no entry. A cache that cannot be
written costs nothing but time.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from gonogo.disk.regular_file import read_some
from gonogo.environment import variable
from gonogo.ruletests.core.loaded import Loaded
from gonogo.version import __version__

SCHEMA = "gonogo/unit-cache/v1"

KEPT = 30 * 86_400.0
"""The seconds for which an entry is kept after its last use."""


def default_folder() -> Path | None:
    """Return ``$XDG_CACHE_HOME/gonogo`` or ``~/.cache/gonogo``; ``None`` if the user has no home folder."""
    if (given := variable("XDG_CACHE_HOME")) is not None and Path(given).is_absolute():
        return Path(given) / "gonogo"
    try:
        return Path.home() / ".cache" / "gonogo"
    except RuntimeError:
        return None


class UnitCache:
    """The passes that a folder keeps. Without a folder nothing is kept."""

    def __init__(self, folder: Path | None, promtool: str) -> None:
        """Use the subfolder ``unit`` of the folder. The folder need not exist."""
        self._folder = None if folder is None else folder / "unit"
        self._promtool = promtool

    def seconds(self, loaded: Loaded) -> float | None:
        """Return how many seconds the kept pass of the same content took; ``None`` if no pass is kept."""
        if self._folder is None:
            return None
        key = self._key(loaded)
        path = self._folder / key
        try:
            kept = json.loads(read_some(path))
            if kept["schema"] != SCHEMA or kept["key"] != key or kept["outcome"] != "PASS":
                return None
            seconds = float(kept["seconds"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        with suppress(OSError):
            os.utime(path)
        return seconds

    def keep(self, loaded: Loaded, seconds: float) -> None:
        """Keep a pass."""
        if self._folder is None:
            return
        key = self._key(loaded)
        content = json.dumps({"schema": SCHEMA, "key": key, "outcome": "PASS", "seconds": round(seconds, 3)})
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile("w", dir=self._folder, prefix=".new-", delete=False, encoding="utf-8") as file:
                file.write(content)
            Path(file.name).replace(self._folder / key)

    def tidy(self) -> None:
        """Remove the entries that were not used for a long time."""
        if self._folder is None:
            return
        oldest = time.time() - KEPT
        with suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < oldest:
                    Path(entry.path).unlink(missing_ok=True)

    def _key(self, loaded: Loaded) -> str:
        entries = [[[one.part, Path(one.path).name, one.text] for one in entry.sources] for entry in loaded.entries]
        content = [SCHEMA, __version__, self._promtool, loaded.text, entries]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()
