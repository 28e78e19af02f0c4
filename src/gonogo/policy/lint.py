"""Policy lint: what cannot work (an error, which stops every command) and what works badly.

A policy is linted as it is loaded, as far as that needs no intervals; whoever knows
the server's scrape and evaluation intervals lints again with them.
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
    """Lint a policy.

    Args:
        policy: what was loaded.
        scrape: how often the heartbeat's copy is scraped, where that is known.
        evaluation: the interval of the rules, where that is known.

    Returns:
        Errors and warnings, each with the key it is about; the warnings' messages carry
        false-alarm and miss rates for a day on which 1 % of beats are lost.
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
