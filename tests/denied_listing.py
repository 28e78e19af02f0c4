"""The system's refusal to list a folder, which a test run by root cannot provoke."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest


def deny_listing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let the system refuse to list one folder."""
    really, refused = os.scandir, folder.resolve()

    def scandir(place: str | Path = ".") -> object:
        if Path(place).resolve() == refused:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))
        return really(place)

    monkeypatch.setattr(os, "scandir", scandir)
