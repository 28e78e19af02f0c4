"""An entry of ``rule_files`` loads no rule.

A pattern that matches no file is valid for promtool and for the server: the reload succeeds with status 200, and the
rules are gone without an error. The same holds for a file without rules. Correct the path (it is relative to the folder
of ``prometheus.yml``, and ``*`` is allowed only in the last part), or remove the entry.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.formats.prometheus_config import Configuration, RuleEntry
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown


def find(estate: Estate, configuration: Configuration) -> Iterator[Hit]:
    """Yield the entries that were looked up and load no rule. Unreadable files do not count as empty."""
    bare = {file.path for file in estate.files if not file.rules and not file.problems}
    for entry in configuration.rule_files:
        if entry.matched is not None and bare.issuperset(entry.matched):
            yield Hit(entry.where, _message(entry))


def _message(entry: RuleEntry) -> str:
    if entry.matched:
        return f"{', '.join(entry.matched)}: the file has no rule; the server loads nothing here and reports no error"
    return f"no file matches {entry.pattern!r}: the server loads nothing here and reports no error; correct the path"


_RULES = "groups: [{name: web, rules: [{alert: Down, expr: up == 0, for: 5m}]}]\n"

CHECK = Check(
    id="rule-files-empty",
    severity=Severity.ERROR,
    find=WhenKnown(lambda estate: estate.configuration, find),
    bad=Example({"prometheus.yml": "rule_files: ['rules/*.yaml']\n", "rules/web.yml": _RULES}),
    good=Example({"prometheus.yml": "rule_files: ['rules/*.yml']\n", "rules/web.yml": _RULES}),
)
