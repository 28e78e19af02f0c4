"""Mounts that only one test sees: a disk that is full or read-only."""

from __future__ import annotations

import shutil
import subprocess

NAMESPACE = ("unshare", "--mount", "--map-root-user")
"""The command that gives a program mounts of its own, for root and for others."""


def may_mount() -> bool:
    """Return whether this machine allows such mounts.

    A chroot and a plain container do not. A test that needs such mounts is not defined there, because a skipped test
    would fail the whole run.
    """
    if shutil.which(NAMESPACE[0]) is None:
        return False
    return subprocess.run([*NAMESPACE, "true"], check=False, capture_output=True).returncode == 0
