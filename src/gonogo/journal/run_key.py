"""The key of a run's record: a hash of everything that the run's outcome depends on.

A passed run counts only for exactly the inputs it ran on. Every input is framed as
its role, its name seen from the policy's folder, and its bytes, each part led by
its length, so that no two sets of inputs can be framed alike.
"""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

from gonogo.disk.regular_file import read_some
from gonogo.errors import PolicyError, Problem
from gonogo.policy.inputs import matching, scrape_files, unit_files
from gonogo.policy.settings import PolicyFile
from gonogo.version import __version__

LARGEST_BYTES = 64 * 1024 * 1024
"""How large all the inputs together may be."""

RULES = "rules"
TESTS = "tests"
CONFIG = "prometheus.config"
SCRAPES = "scrape_config_files"


def run_key(policy_file: PolicyFile) -> str:
    """Hash the policy, its rules, its tests, the server's configuration with its scrape files, and gonogo's version.

    The policy counts with the bytes it was loaded from. A file that only a default
    names may be missing, and is then hashed as missing.

    Raises:
        PolicyError: files that the policy names are missing, unreadable or no regular
            files, or all of them together are larger than ``LARGEST_BYTES``.
    """
    digest = hashlib.sha256(_frame("gonogo", b"version", __version__.encode()))
    digest.update(_frame("policy", os.fsencode(policy_file.path.name), policy_file.sha256.encode()))
    problems: list[Problem] = []
    room = LARGEST_BYTES
    for role, path in sorted(_inputs(policy_file)):
        content = None
        try:
            content = _read(path, room)
        except OSError as error:
            if role in policy_file.named or not isinstance(error, FileNotFoundError):
                problems.append(_problem(role, path, error))
        room -= len(content or b"")
        digest.update(_frame(role, os.fsencode(os.path.relpath(path, policy_file.path.parent)), content))
    if problems:
        raise PolicyError(tuple(problems))
    return digest.hexdigest()


def _inputs(policy_file: PolicyFile) -> set[tuple[str, Path]]:
    """Name every file by its role; what holds no file stands for itself."""
    found = {(RULES, path) for glob in policy_file.rules for path in matching(glob) or (Path(glob),)}
    found |= {(TESTS, path) for place in policy_file.tests for path in _units(place)}
    if policy_file.server.config is not None:
        found.add((CONFIG, policy_file.server.config))
        found |= {(SCRAPES, path) for path in scrape_files(policy_file.server.config)}
    return found


def _units(place: Path) -> tuple[Path, ...]:
    try:
        return unit_files(place)
    except OSError:
        return (place,)  # reading it says what is wrong with it


def _read(path: Path, room: int) -> bytes:
    """Read a regular file of at most ``room`` bytes."""
    content = read_some(path, room)
    if len(content) > room:
        raise OSError(errno.EFBIG, f"the policy's files are larger than {LARGEST_BYTES >> 20} MiB in all")
    return content


def _frame(role: str, name: bytes, content: bytes | None) -> bytes:
    parts = (role.encode(), name, b"missing" if content is None else b"present", content or b"")
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def _problem(role: str, path: Path, error: OSError) -> Problem:
    why = error.strerror or str(error)
    return Problem(None, f"{role}: {path}: {why}", "put the file there, or name another one in the policy")
