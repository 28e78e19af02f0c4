"""The system's failure to bring bytes to the disk, which no test can provoke."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest


def fail_sync(monkeypatch: pytest.MonkeyPatch, code: int, meant: Callable[[Path], bool] = lambda _: True) -> None:
    """Let ``fsync`` fail for the files and folders that are meant."""
    really = os.fsync

    def fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if meant(path):
            raise OSError(code, os.strerror(code), str(path))
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
