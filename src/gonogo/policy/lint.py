"""Policy lint: finds settings that cannot work (errors, which stop every command) and settings that work badly.

A policy is linted when it is loaded, by the checks that need no intervals. A caller that
knows the scrape and evaluation intervals of the server lints again with them.
"""

from __future__ import annotations

from datetime import timedelta

from gonogo.model.policy import Policy
from gonogo.policy.finding import PolicyFinding, PolicySeverity
from gonogo.policy.lint_conditions import condition_findings
from gonogo.policy.lint_heartbeat import heartbeat_findings
from gonogo.policy.lint_sustained import sustained_findings

__all__ = ["PolicyFinding", "PolicySeverity", "lint"]


def lint(policy: Policy, *, scrape: timedelta | None, evaluation: timedelta | None) -> tuple[PolicyFinding, ...]:
    """Return the findings of a policy.

    Args:
        policy: the loaded policy.
        scrape: the interval at which the heartbeat is scraped; ``None`` = not known.
        evaluation: the interval of the rules; ``None`` = not known.

    Returns:
        Errors and warnings, each with its key. The messages of warnings contain the rates of
        false alarms and of misses for a day on which 1 % of the beats are lost.
    """
    beats = heartbeat_findings(policy.heartbeat, scrape=scrape) if _beats(policy) else ()
    return (
        *beats,
        *condition_findings(policy, evaluation=evaluation),
        *sustained_findings(policy, scrape=scrape, evaluation=evaluation),
    )


def _beats(policy: Policy) -> bool:
    """Return whether any signal of the policy comes from the heartbeat."""
    return any(name.startswith("heartbeat_") for name in policy.signals)
