"""A baseline: the findings that were there when somebody began to look, so that only new ones fail.

It is JSON, ``{"schema": "gonogo/lint-baseline/v1", "findings": [...]}``, one finding a
line, sorted, so that it merges and shrinks well under version control. A finding is
known by its check, file, rule and message; one that is there more often than listed
is new.
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
"""Where else in the files a message points; that moves."""
_KEYS = ("check", "path", "rule", "message")


@dataclass(frozen=True, slots=True)
class Baseline:
    """How often each finding is known.

    Attributes:
        root: the folder that the paths in it are relative to.
        known: how often each finding may occur.
    """

    root: str
    known: Mapping[Fingerprint, int]


@dataclass(frozen=True, slots=True)
class Compared:
    """Findings against a baseline: those that are new, how many are known, and what no longer occurs."""

    new: tuple[Finding, ...]
    baselined: int
    gone: tuple[Fingerprint, ...]


def read_baseline(text: str | bytes, path: str) -> Baseline:
    """Read a baseline from the file at ``path``; what it lists is relative to the folder of that file.

    Raises:
        UsageError: it is no baseline.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _unusable(path, f"it is not JSON: {error}") from None
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise _unusable(path, f"its schema is not {SCHEMA}")
    listed = value.get("findings")
    if not isinstance(listed, list):
        raise _unusable(path, "it has no list of findings")
    known = Counter(_fingerprint(entry, place, path) for place, entry in enumerate(listed, 1))
    return Baseline(path.replace("\\", "/").rpartition("/")[0], known)


def write_baseline(findings: Iterable[Finding], root: str) -> str:
    """Write all findings as a baseline that will lie in the folder ``root``, named as the findings' paths are."""
    entries = [
        orjson.dumps({key: getattr(known, key) for key in _KEYS}).decode()
        for known in sorted(fingerprint(finding, root) for finding in findings)
    ]
    lines = ",\n".join(f"    {entry}" for entry in entries)
    listed = f"[\n{lines}\n  ]" if entries else "[]"
    return f'{{\n  "schema": "{SCHEMA}",\n  "findings": {listed}\n}}\n'


def new_findings(findings: Iterable[Finding], baseline: Baseline) -> Compared:
    """Tell which findings the baseline does not know, and what of it no longer occurs."""
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
    """Give what a finding is known by; its path is relative to the folder ``root``, and no line numbers are left."""
    message = _LINE.sub(r"\1\2…", finding.message)
    path = relative(finding.where.start.path, root)
    return Fingerprint(finding.check, _encodable(path), _encodable(finding.rule), _encodable(message))


def _encodable(text: str) -> str:
    """Escape what is no text, such as bytes of a path: JSON cannot hold it."""
    return text.encode(errors="backslashreplace").decode()


def relative(path: str, folder: str) -> str:
    """Write a path as seen from a folder, both absolute or both relative to the same place, with ``/``."""
    steps, base = _steps(path), _steps(folder)
    shared = 0
    while shared < min(len(steps), len(base)) and steps[shared] == base[shared]:
        shared += 1
    return "/".join([*[".."] * (len(base) - shared), *steps[shared:]])


def _steps(path: str) -> list[str]:
    """Take a path apart, without ``.`` and with ``..`` resolved where it can be."""
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
    raise _unusable(path, f"finding {place} is not made of {', '.join(_KEYS)}, each a text")


def _unusable(path: str, why: str) -> UsageError:
    return UsageError(
        "this is no baseline", where=path, why=why, next_step="write it anew with 'gonogo lint --write-baseline'"
    )
