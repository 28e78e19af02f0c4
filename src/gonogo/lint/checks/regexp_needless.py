r"""A regular expression that is not needed, or that does not match what its author meant.

Prometheus anchors patterns at both ends. So ``=~"^/api"`` matches only ``/api`` and never ``/api/users``, and
``!~".*"`` matches nothing: these are warnings. ``=~"^x$"``, ``=~"x"``, ``=~".*"`` and ``!~""`` are correct but
indirect, and cost a little time and attention. They are notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.promql.tree import Vector

_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")
_PLAIN = {"=~": "=", "!~": "!="}


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the matchers that need no regular expression."""
    for rule in estate.rules:
        for node in rule.nodes:
            for matcher in node.matchers if isinstance(node, Vector) else ():
                if matcher.op in _PLAIN and (verdict := _judged(matcher.op, matcher.value)):
                    message, severity = verdict
                    yield rule.hit(rule.at(node), f"{matcher.label}{message}", severity)


@lru_cache(maxsize=4096)
def _judged(op: str, pattern: str) -> tuple[str, Severity | None] | None:
    """Return the problem of a pattern, as a clause that follows the label's name, with its severity."""
    written = f'{op}"{pattern}"'
    if pattern == ".*" and op == "=~":
        return f"{written} accepts every series; remove the matcher", Severity.INFO
    if pattern == ".*":
        return (
            f"{written} accepts no series, so this finds nothing; write '!~\".+\"' for series without the label",
            None,
        )
    inner = pattern.removeprefix("^").removesuffix("$")
    if _SPECIAL.search(inner):
        return _anchored(written, pattern)
    exact = f'{_PLAIN[op]}"{inner}"'
    if inner and (pattern.startswith("^") is not pattern.endswith("$")):
        return (
            f"{written} is the same as {exact}, because patterns match the whole value; to match a part, add '.*'",
            None,
        )
    return f"{written} is the same as {exact}; write that", Severity.INFO


def _anchored(written: str, pattern: str) -> tuple[str, Severity | None] | None:
    needless = pattern.startswith("^") or (pattern.endswith("$") and not pattern.endswith("\\$"))
    return (f"{written} needs no ^ and $, because patterns match the whole value", Severity.INFO) if needless else None


_RULES = "groups: [{{name: web, rules: [{{alert: Slow, expr: 'latency_seconds{{path{}}} > 1'}}]}}]\n"

CHECK = Check(
    id="regexp-needless",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _RULES.format('=~"^/api"')}),
    good=Example({"rules.yml": _RULES.format('=~"/api.*"')}),
)
