"""Rules written in one line each, and the findings of one check in them."""

from __future__ import annotations

from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Check, Example
from gonogo.model.finding import Finding
from tests.example_estate import CONFIGURATION, estate_of

RULE_FILES = "rule_files: ['*.yml']\n"
"""What every configuration of these tests begins with."""


def record(name: str, expression: str, **labels: str) -> str:
    """Return a recording rule."""
    return _rule(f"record: '{name}'", expression, labels)


def alert(name: str, expression: str, held: str = "", **labels: str) -> str:
    """Return an alert."""
    return _rule(f"alert: {name}" + (f", for: {held}" if held else ""), expression, labels)


def _rule(head: str, expression: str, labels: dict[str, str]) -> str:
    quoted = expression.replace("'", "''")
    pairs = ", ".join(f"{name}: '{value}'" for name, value in labels.items())
    return f"{{{head}, expr: '{quoted}', labels: {{{pairs}}}}}"


def found(check: Check, *rules: str, configuration: str = "", interval: str = "", **facts: object) -> list[Finding]:
    """Run a check on the rules of one group, optionally with the text of a ``prometheus.yml``."""
    every = f", interval: {interval}" if interval else ""
    files = {"rules.yml": f"groups: [{{name: web{every}, rules: [{', '.join(rules)}]}}]\n"}
    if configuration:
        files[CONFIGURATION] = RULE_FILES + configuration
    return list(findings(estate_of(Example(files, facts)), [check]))


def severities(check: Check, *rules: str, configuration: str = "", interval: str = "", **facts: object) -> list[str]:
    """Return the severities of the findings, in order."""
    return [one.severity.value for one in found(check, *rules, configuration=configuration, interval=interval, **facts)]
