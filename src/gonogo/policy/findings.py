"""Policy lint: finds settings that cannot work (errors, which stop every command) and settings that work badly.

A policy is linted when it is loaded, by the checks that need no intervals. A command that reads the configuration and
the rule files lints again with the intervals that they name.
"""

from __future__ import annotations

from gonogo.model.policy import Policy
from gonogo.model.rule import RuleGroup
from gonogo.policy.complaints import PolicyFinding
from gonogo.policy.consistency import Intervals, condition_findings
from gonogo.policy.dry_run import blind_aborts
from gonogo.policy.heartbeat import heartbeat_errors
from gonogo.policy.lint_alarms import heartbeat_warnings, sustained_findings
from gonogo.policy.load import has_beats, intervals_of, refuse_misfit, said
from gonogo.policy.settings import PolicyFile

WARNED_OF = ("gates", "slos", "signals", "heartbeat.every", "heartbeat.window", "heartbeat.fresh")
"""The keys that can cause warnings. A policy that sets none of them has only the warnings of the preset."""


def lint(policy: Policy, intervals: Intervals) -> tuple[PolicyFinding, ...]:
    """Return the findings of a policy: errors and warnings, each with its key.

    The messages of warnings have the rates of false alarms and of misses for a day on which 1 % of the beats are lost.
    """
    beats, scrape = has_beats(policy), intervals.scrape
    return (
        *(heartbeat_errors(policy.heartbeat, scrape) if beats else ()),
        *(heartbeat_warnings(policy.heartbeat, scrape) if beats else ()),
        *condition_findings(policy, intervals),
        *blind_aborts(policy),
        *sustained_findings(policy, scrape=scrape, evaluation=intervals.evaluation),
    )


def policy_warnings(policy_file: PolicyFile, files: tuple[RuleGroup, ...]) -> tuple[PolicyFinding, ...]:
    """Lint the policy and return its warnings.

    Raises:
        PolicyError: the policy cannot work with these intervals.
    """
    refuse_misfit(policy_file, files)
    return lint(policy_file.policy, intervals_of(policy_file, files))


def warning_lines(policy_file: PolicyFile, warnings: tuple[PolicyFinding, ...]) -> tuple[str, ...]:
    """Return the warnings as lines. Those of the unchanged preset are only counted: docs/policy.md explains each."""
    own = any(f"{name}.".startswith(f"{key}.") for name in policy_file.named for key in WARNED_OF)
    if own or not warnings:
        return tuple(said(warning, policy_file) for warning in warnings)
    return (f"{len(warnings)} warnings, all from the preset; docs/policy.md explains each",)
