"""Tests of ``regexp-needless``: matchers that need no regular expression, or have a wrong one."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.regexp_needless import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(expression: str, **facts: object) -> tuple[Finding, ...]:
    """Lint a rule file of one alert with this expression."""
    text = f"groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: |\n          {expression}\n"
    return findings(estate_of(Example({"rules.yml": text}, facts)), [CHECK])


@pytest.mark.parametrize(
    ("matcher", "severity", "word"),
    [
        ('path!~".*"', "warning", "finds nothing"),
        ('path=~"^/api"', "warning", '="/api"'),
        ('path!~"users$"', "warning", '!="users"'),
        ('path=~".*"', "info", "remove the matcher"),
        ('path=~""', "info", '=""'),
        ('path!~""', "info", '!=""'),
        ('path=~"x"', "info", '="x"'),
        ('path=~"^x$"', "info", '="x"'),
        ('path=~"^(a|b)$"', "info", "no ^ and $"),
        ('path=~"^a.*"', "info", "no ^ and $"),
        ('path=~"a.*$"', "info", "no ^ and $"),
    ],
)
def test_a_needless_or_wrong_pattern_is_found(matcher: str, severity: str, word: str) -> None:
    """The finding is a warning only if the pattern does not mean what it seems to mean."""
    (one,) = found(f"x{{{matcher}}} > 1")
    assert one.severity == severity
    assert word in one.message


@pytest.mark.parametrize("matcher", ['path=~"a|b"', 'path=~".+"', 'path="^x$"', 'path=~"a.*"', r'path=~"a\\$"'])
def test_a_needed_pattern_is_not_found(matcher: str) -> None:
    """A matcher without a pattern is not found either."""
    assert found(f"x{{{matcher}}} > 1") == ()
