"""Lints the expressions of a policy, as far as the checks of rules look at an expression alone."""

from __future__ import annotations

from gonogo.formats.sources import SourceFile
from gonogo.lint.core.catalogue import checks, findings
from gonogo.lint.core.estate import Estate
from gonogo.model.finding import Finding

OF_EXPRESSIONS = (
    "counter-function-on-gauge",
    "counter-raw",
    "freshness-by-scrape-time",
    "histogram-without-le",
    "impossible-join",
    "migration-3x",
    "nan-in-aggregation",
    "range-over-retention",
    "rate-of-aggregate",
    "rate-on-gauge",
    "regexp-needless",
    "selector-without-name",
    "version-feature",
    "window-lt-2x-scrape",
)
"""The checks that need no rule file, no test and no name of a rule."""


def expression_findings(estate: Estate, expressions: SourceFile) -> tuple[Finding, ...]:
    """Return the findings in the policy's expressions. ``estate`` has the configuration and the server's facts."""
    alone = estate.having(files=(expressions,), complete=False, tests=None, interest=None, policy_rules=None)
    return findings(alone, [checks()[name] for name in OF_EXPRESSIONS])
