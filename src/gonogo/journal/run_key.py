"""The key of the record of a run: a hash of all inputs that the outcome of the run depends on.

A passed run counts only for exactly the inputs of that run. The policy is hashed by its meaning, so
that a comment or a copy changes nothing. Each other input is hashed as its role, its name relative to
the policy's folder, and its bytes. The length of each part is hashed before the part, so that two
different sets of inputs never give the same bytes.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from gonogo.disk.regular_file import read_some
from gonogo.errors import PolicyError, Problem, SourceError, cause_of
from gonogo.model.evidence import RunState
from gonogo.model.record import DRY_RUN
from gonogo.policy.inputs import matching, scrape_files, unit_files
from gonogo.policy.load import reread
from gonogo.policy.meaning import meaning_of
from gonogo.policy.settings import PolicyFile
from gonogo.version import __version__

LARGEST_BYTES = 64 * 1024 * 1024
"""The greatest size of all inputs together, in bytes."""

RULES = "rules"
TESTS = "tests"
CONFIG = "prometheus.config"
SCRAPES = "scrape_config_files"


def run_key(policy_file: PolicyFile, at_most: int = LARGEST_BYTES) -> str:
    """Return the hash of the policy, its rules, tests, configuration and scrape files, and the version of gonogo.

    All files are read now, the policy's own file too. A file that only a default names may be
    missing, and is then hashed as missing.

    Raises:
        PolicyError: the policy has mistakes now, a file that it names is missing, unreadable or not a
            regular file, or all files together are larger than ``at_most`` bytes.
    """
    policy_file = reread(policy_file)
    digest = hashlib.sha256(_frame("gonogo", b"version", __version__.encode()))
    digest.update(_frame("policy", b"meaning", meaning_of(policy_file)))
    problems: list[Problem] = []
    room = at_most
    for role, path in sorted(_inputs(policy_file)):
        content = None
        try:
            content = _read(path, room, at_most)
        except OSError as error:
            if role in policy_file.named or not isinstance(error, FileNotFoundError):
                problems.append(_problem(role, path, error))
        room -= len(content or b"")
        digest.update(_frame(role, os.fsencode(os.path.relpath(path, policy_file.path.parent)), content))
    if problems:
        raise PolicyError(tuple(problems))
    return digest.hexdigest()


def _inputs(policy_file: PolicyFile) -> set[tuple[str, Path]]:
    """Return every file with its role. A glob or a folder that matches no file is returned itself."""
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
        return (place,)  # reading the place raises an error that says why


def _read(path: Path, room: int, at_most: int) -> bytes:
    """Return the content of a regular file of at most ``room`` bytes."""
    content = read_some(path, room)
    if len(content) > room:
        raise OSError(errno.EFBIG, f"the policy's files are larger than {at_most >> 20} MiB in all")
    return content


def _frame(role: str, name: bytes, content: bytes | None) -> bytes:
    parts = (role.encode(), name, b"missing" if content is None else b"present", content or b"")
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def _problem(role: str, path: Path, error: OSError) -> Problem:
    why = cause_of(error)
    return Problem(None, f"{role}: {path}: {why}", "put the file there, or name another one in the policy")


def run_states(policy_file: PolicyFile, began: str | None = None) -> Mapping[str, RunState]:
    """Return the newest runs of every required run gate. A journal that cannot be read counts as empty.

    If the policy's file was edited since it was loaded, and means something else now, no record counts. Nor does one
    if the key is not ``began``, the key with which a dry run began: other inputs belong to another dry run. Without
    required run gates, a dry run needs at least a policy that means the same: else ``dry-run`` has no record.

    Raises:
        PolicyError: the policy has mistakes now, or a file that it names is missing.
    """
    required = policy_file.policy.runs.required
    asked = required or (() if began is None else (DRY_RUN,))
    if not asked:
        return {}
    if meaning_of(reread(policy_file)) != meaning_of(policy_file):
        edited = f"{policy_file.path} was edited since it was read and means something else now, so no record counts"
        return dict.fromkeys(asked, RunState(last_detail=edited))
    if not required:
        return {}
    key = run_key(policy_file)
    if began not in {None, key}:
        changed = "the rules, the tests or the configuration were edited since the dry run began, so no record counts"
        return dict.fromkeys(required, RunState(last_detail=changed))
    from gonogo.journal.records import newest  # noqa: PLC0415 - SQLite is imported only where a record is asked for

    try:
        return {gate: newest(policy_file.journal, gate, key) for gate in required}
    except SourceError as error:
        return dict.fromkeys(required, RunState(last_detail=f"{error.what}: {error.why}"))
