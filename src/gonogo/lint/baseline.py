"""A baseline: the findings that were known when it was written, so that only new findings fail.

The file is JSON, ``{"schema": "gonogo/lint-baseline/v2", "findings": [...]}``, with one finding a line, sorted, so that
it merges and shrinks well under version control. A finding is identified by its check, its file, its rule or group, and
the text that it points at, so that neither moved lines nor other words of a message make it new. If a finding occurs
more often than its ``count``, the rest are new. Version 1 held the message instead of the text, and is still read.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
from msgspec import Struct

from gonogo.disk import durable
from gonogo.disk.regular_file import Unreadable, read_text
from gonogo.errors import ActionFailed, UsageError, cause_of
from gonogo.formats.yaml import lines_of
from gonogo.lint.core.report import Fingerprint, LintReport
from gonogo.model.finding import Finding
from gonogo.model.replacing import replace

SCHEMA = "gonogo/lint-baseline/v2"
_OLD_SCHEMA = "gonogo/lint-baseline/v1"
_KEYS = ("check", "path", "rule", "text", "count")
_KEYS_OF = {SCHEMA: _KEYS, _OLD_SCHEMA: ("check", "path", "rule", "message")}
_LINE = re.compile(r"(\blines? )\d+|(\.ya?ml:)\d+(?::\d+)?")
"""Line numbers inside a message, which version 1 left out."""


class Baseline(Struct, frozen=True):
    """The known findings.

    Attributes:
        root: the folder to which the paths in ``known`` are relative.
        known: how often each finding may occur.
        by_message: True for version 1, whose fingerprints have the message in place of the text.
    """

    root: str
    known: Mapping[Fingerprint, int]
    by_message: bool = False


def read_baseline(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        UsageError: the file does not exist, or is not a baseline.
    """
    try:
        text = read_text(path, str(path))
    except Unreadable as error:
        raise UsageError(
            "the baseline cannot be read",
            where=str(path),
            why=error.problem.message,
            next_step=f"gonogo lint --baseline {path} --write-baseline",
        ) from error
    return parsed(text, os.path.abspath(path))  # noqa: PTH100 - resolve() would follow its links


def parsed(text: str, path: str) -> Baseline:
    """Read the text of the baseline at ``path``. Its paths are relative to the folder of that file.

    Raises:
        UsageError: the text is not a baseline.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _unusable(path, f"the file is not JSON: {error}") from None
    schema = value.get("schema") if isinstance(value, dict) else None
    keys = _KEYS_OF.get(schema) if isinstance(schema, str) else None
    if keys is None:
        raise _unusable(path, f"the schema is not {SCHEMA}")
    if not isinstance(listed := value.get("findings"), list):
        raise _unusable(path, "the key 'findings' is not a list")
    known: Counter[Fingerprint] = Counter()
    for place, entry in enumerate(listed, 1):
        known.update(_known(entry, keys, place, path))
    return Baseline(os.path.dirname(path), known, schema == _OLD_SCHEMA)  # noqa: PTH120 - text


def _known(entry: object, keys: tuple[str, ...], place: int, path: str) -> Mapping[Fingerprint, int]:
    """Return the finding of an entry, and how often it may occur."""
    if isinstance(entry, dict) and set(entry) == set(keys):
        count = entry.get("count", 1)
        texts = [entry[key] for key in keys[:4]]
        if all(isinstance(one, str) for one in texts) and type(count) is int and count > 0:
            return {Fingerprint(*texts): count}
    raise _unusable(path, f"finding {place} must have exactly the keys {', '.join(keys)}, each with a valid value")


def _unusable(path: str, why: str) -> UsageError:
    return UsageError(
        "the file is not a baseline", where=path, why=why, next_step=f"gonogo lint --baseline {path} --write-baseline"
    )


def compared(report: LintReport, baseline: Baseline) -> LintReport:
    """Return the report without the findings that the baseline knows, and with its entries that no longer occur."""
    left = Counter(dict(baseline.known))
    lines = _lines(report)
    new = []
    for finding in report.findings:
        known = _fingerprint(finding, lines, baseline.root, by_message=baseline.by_message)
        if left[known] > 0:
            left[known] -= 1
        else:
            new.append(finding)
    gone = tuple(sorted((+left).elements()))
    return replace(report, findings=tuple(new), baselined=len(report.findings) - len(new), gone=gone)


def write_baseline(path: Path, report: LintReport) -> None:
    """Write all findings of a report as the baseline at ``path``, in one step.

    Raises:
        ActionFailed: the baseline cannot be written.
    """
    place = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow its links
    try:
        durable.replace(place, written(report, str(place.parent)).encode())
    except OSError as error:
        raise ActionFailed(
            "the baseline cannot be written",
            where=str(path),
            why=cause_of(error),
            next_step="make sure that its folder exists and has free space",
        ) from error


def written(report: LintReport, root: str) -> str:
    """Return the text of a baseline that holds all findings and will lie in the folder ``root``."""
    lines = _lines(report)
    known = Counter(_fingerprint(finding, lines, root) for finding in report.findings)
    entries = [
        orjson.dumps(dict(zip(_KEYS, (one.check, one.path, one.rule, one.text, known[one]), strict=True))).decode()
        for one in sorted(known)
    ]
    listed = "[\n{}\n  ]".format(",\n".join(f"    {entry}" for entry in entries)) if entries else "[]"
    return f'{{\n  "schema": "{SCHEMA}",\n  "findings": {listed}\n}}\n'


def _lines(report: LintReport) -> Mapping[str, Sequence[str]]:
    paths = {finding.where.start.path for finding in report.findings}
    return {path: lines_of(report.texts[path]) for path in paths & report.texts.keys()}


def _fingerprint(
    finding: Finding, lines: Mapping[str, Sequence[str]], root: str, *, by_message: bool = False
) -> Fingerprint:
    path = os.path.relpath(os.path.abspath(finding.where.start.path), root)  # noqa: PTH100 - the same
    if by_message:
        found = (path, finding.rule, _LINE.sub(r"\1\2…", finding.message))
    else:
        found = (path, finding.rule or (finding.group and f"group {finding.group}"), _marked(finding, lines))
    return Fingerprint(finding.check, *(text.encode(errors="backslashreplace").decode() for text in found))


def _marked(finding: Finding, lines: Mapping[str, Sequence[str]]) -> str:
    """Return the text that a finding points at; empty if it only points at the place where something begins."""
    start, length = finding.where.start, finding.where.length
    there = lines.get(start.path, ())
    if length <= 1 or not 1 <= start.line <= len(there):
        return ""
    return there[start.line - 1][start.column - 1 : start.column - 1 + length]
