"""Mounts of a test's own: a disk that is full or read-only, which no other process sees."""

from __future__ import annotations

import shutil
import subprocess

NAMESPACE = ("unshare", "--mount", "--map-root-user")
"""The command that gives a program mounts of its own, for root and for others."""


def may_mount() -> bool:
    """Say if this machine allows such mounts. A chroot and a plain container do not.

    A test that needs them is not defined there: a test that is skipped would fail the whole run.
    """
    if shutil.which(NAMESPACE[0]) is None:
        return False
    return subprocess.run([*NAMESPACE, "true"], check=False, capture_output=True).returncode == 0
