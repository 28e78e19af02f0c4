"""A baseline: the findings that were known when it was written, so that only new findings fail.

The file is JSON, ``{"schema": "gonogo/lint-baseline/v1", "findings": [...]}``, with one finding a line, sorted, so that
it merges and shrinks well under version control. A finding is identified by check, file, rule and message. If a finding
occurs more often than the baseline lists it, the rest are new.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from gonogo.errors import UsageError
from gonogo.lint.core.fingerprint import Fingerprint
from gonogo.model.finding import Finding

SCHEMA = "gonogo/lint-baseline/v1"
_LINE = re.compile(r"(\blines? )\d+|(\.ya?ml:)\d+(?::\d+)?")
"""Line numbers inside a message. Line numbers change with every edit, so they are left out of fingerprints."""
_KEYS = ("check", "path", "rule", "message")


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known findings.

    Attributes:
        root: the folder to which the paths in ``known`` are relative.
        known: how often each finding may occur.
    """

    root: str
    known: Mapping[Fingerprint, int]


@dataclass(frozen=True, slots=True)
class Compared:
    """Findings compared with a baseline: the new ones, the number of known ones, and those that no longer occur."""

    new: tuple[Finding, ...]
    baselined: int
    gone: tuple[Fingerprint, ...]


def read_baseline(text: str | bytes, path: str) -> Baseline:
    """Read the baseline at ``path``. Its paths are relative to the folder of that file.

    Raises:
        UsageError: the file is not a baseline.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _unusable(path, f"the file is not JSON: {error}") from None
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise _unusable(path, f"the schema is not {SCHEMA}")
    listed = value.get("findings")
    if not isinstance(listed, list):
        raise _unusable(path, "the key 'findings' is not a list")
    known = Counter(_fingerprint(entry, place, path) for place, entry in enumerate(listed, 1))
    return Baseline(path.replace("\\", "/").rpartition("/")[0], known)


def write_baseline(findings: Iterable[Finding], root: str) -> str:
    """Return the text of a baseline that holds all findings and will lie in the folder ``root``."""
    entries = [
        orjson.dumps({key: getattr(known, key) for key in _KEYS}).decode()
        for known in sorted(fingerprint(finding, root) for finding in findings)
    ]
    lines = ",\n".join(f"    {entry}" for entry in entries)
    listed = f"[\n{lines}\n  ]" if entries else "[]"
    return f'{{\n  "schema": "{SCHEMA}",\n  "findings": {listed}\n}}\n'


def new_findings(findings: Iterable[Finding], baseline: Baseline) -> Compared:
    """Find the findings that the baseline does not list, and the listed findings that no longer occur."""
    left = Counter(dict(baseline.known))
    new = []
    baselined = 0
    for finding in findings:
        known = fingerprint(finding, baseline.root)
        if left[known] > 0:
            left[known] -= 1
            baselined += 1
        else:
            new.append(finding)
    return Compared(tuple(new), baselined, tuple(sorted((+left).elements())))


def fingerprint(finding: Finding, root: str) -> Fingerprint:
    """Return the identity of a finding: its path is relative to ``root``, and line numbers are left out."""
    message = _LINE.sub(r"\1\2…", finding.message)
    path = relative(finding.where.start.path, root)
    return Fingerprint(finding.check, _encodable(path), _encodable(finding.rule), _encodable(message))


def _encodable(text: str) -> str:
    """Escape characters that JSON cannot hold, such as undecodable bytes of a path."""
    return text.encode(errors="backslashreplace").decode()


def relative(path: str, folder: str) -> str:
    """Return a path as seen from a folder, with ``/``. Both must be absolute, or relative to the same folder."""
    steps, base = _steps(path), _steps(folder)
    shared = 0
    while shared < min(len(steps), len(base)) and steps[shared] == base[shared]:
        shared += 1
    return "/".join([*[".."] * (len(base) - shared), *steps[shared:]])


def _steps(path: str) -> list[str]:
    """Split a path into its steps, without ``.`` and with ``..`` resolved where possible."""
    steps: list[str] = []
    for step in path.replace("\\", "/").split("/"):
        if step == ".." and steps and steps[-1] != "..":
            steps.pop()
        elif step not in {"", "."}:
            steps.append(step)
    return steps


def _fingerprint(entry: object, place: int, path: str) -> Fingerprint:
    if isinstance(entry, dict) and set(entry) == set(_KEYS) and all(isinstance(one, str) for one in entry.values()):
        return Fingerprint(**entry)
    raise _unusable(path, f"finding {place} must have exactly the keys {', '.join(_KEYS)}, each with a text")


def _unusable(path: str, why: str) -> UsageError:
    return UsageError(
        "the file is not a baseline", where=path, why=why, next_step=f"gonogo lint --baseline {path} --write-baseline"
    )
