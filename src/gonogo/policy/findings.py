"""Policy lint: finds settings that cannot work (errors, which stop every command) and settings that work badly.

A policy is linted when it is loaded, by the checks that need no intervals. A command that reads the configuration and
the rule files lints again with the intervals that they name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from gonogo.disk.regular_file import text_of
from gonogo.durations import parse_duration
from gonogo.errors import PolicyError, Problem
from gonogo.formats.yaml import parse
from gonogo.model.policy import Policy
from gonogo.model.rule import RuleGroup
from gonogo.policy.complaints import PolicyFinding, PolicySeverity
from gonogo.policy.consistency import condition_findings
from gonogo.policy.heartbeat import heartbeat_errors
from gonogo.policy.settings import PolicyFile

WARNED_OF = ("gates", "slos", "signals", "heartbeat.every", "heartbeat.window", "heartbeat.fresh")
"""The keys that can cause warnings. A policy that sets none of them has only the warnings of the preset."""


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
    from gonogo.policy.lint_alarms import heartbeat_warnings, sustained_findings  # noqa: PLC0415 - a verdict needs only the errors

    beats = _has_beats(policy)
    return (
        *(heartbeat_errors(policy.heartbeat, scrape) if beats else ()),
        *(heartbeat_warnings(policy.heartbeat, scrape) if beats else ()),
        *condition_findings(policy, evaluation=evaluation),
        *sustained_findings(policy, scrape=scrape, evaluation=evaluation),
    )


def policy_warnings(policy_file: PolicyFile, files: tuple[RuleGroup, ...]) -> tuple[PolicyFinding, ...]:
    """Lint the policy and return its warnings.

    Raises:
        PolicyError: the policy cannot work with these intervals.
    """
    refuse_misfit(policy_file, files)
    scrape, evaluation = _intervals(policy_file, files)
    return lint(policy_file.policy, scrape=scrape, evaluation=evaluation)


def refuse_misfit(policy_file: PolicyFile, files: tuple[RuleGroup, ...]) -> None:
    """Check that the policy can work with the intervals of the configuration and of its rule files.

    Raises:
        PolicyError: it cannot.
    """
    policy = policy_file.policy
    scrape, evaluation = _intervals(policy_file, files)
    beats = heartbeat_errors(policy.heartbeat, scrape) if _has_beats(policy) else ()
    found = (*beats, *condition_findings(policy, evaluation=evaluation))
    errors = [finding for finding in found if finding.severity is PolicySeverity.ERROR]
    if errors:
        raise PolicyError(tuple(Problem(None, said(finding, policy_file), finding.next_step) for finding in errors))


def _has_beats(policy: Policy) -> bool:
    """Return whether any signal of the policy comes from the heartbeat."""
    return any(name.startswith("heartbeat_") for name in policy.signals)


def _intervals(policy_file: PolicyFile, files: tuple[RuleGroup, ...]) -> tuple[timedelta | None, timedelta | None]:
    """Return the intervals of scrapes and of rules; ``None`` if one is not known."""
    paces = _paces(policy_file.server.config)
    named = [group.interval for group in files if group.interval is not None]
    return paces.get("scrape_interval"), max(named, default=paces.get("evaluation_interval"))


def warning_lines(policy_file: PolicyFile, warnings: tuple[PolicyFinding, ...]) -> tuple[str, ...]:
    """Return the warnings as lines. Those of the unchanged preset are only counted: docs/policy.md explains each."""
    own = any(f"{name}.".startswith(f"{key}.") for name in policy_file.named for key in WARNED_OF)
    if own or not warnings:
        return tuple(said(warning, policy_file) for warning in warnings)
    return (f"{len(warnings)} warnings, all from the preset; docs/policy.md explains each",)


def said(finding: PolicyFinding, policy_file: PolicyFile) -> str:
    """Return a finding as a line that begins with its key."""
    key = ".".join(str(part) for part in finding.loc)
    return f"{policy_file.path}: {key}: {finding.message} [{finding.check}]"


def _paces(config: Path | None) -> Mapping[str, timedelta]:
    """Return the global intervals that the server's configuration sets; empty if it cannot be read."""
    if config is None or not config.is_file():
        return {}
    try:
        read = parse(text_of(config), str(config)).value
    except (OSError, UnicodeDecodeError):
        return {}
    whole = read.get("global") if isinstance(read, dict) else None
    texts = whole if isinstance(whole, dict) else {}
    return {key: found for key in ("scrape_interval", "evaluation_interval") if (found := _duration(texts.get(key)))}


def _duration(value: object) -> timedelta | None:
    """Return a duration; ``None`` if the value is not one. promtool reports a bad duration."""
    try:
        return parse_duration(value) if isinstance(value, str) else None
    except ValueError:
        return None
