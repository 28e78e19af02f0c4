"""Loads a policy: reads it, merges it with its preset, checks it and builds it. All mistakes are listed at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gonogo.disk.regular_file import read_some, text_of
from gonogo.durations import parse_duration
from gonogo.errors import PolicyError, Problem
from gonogo.formats.yaml import parse
from gonogo.model.policy import Policy
from gonogo.model.rule import RuleGroup, RuleKind
from gonogo.policy.build import absolute_glob, build_policy, preset_signals, reload_settings, server_settings
from gonogo.policy.complaints import Complaints, Loc, PolicyFinding, PolicySeverity, dotted, original_place
from gonogo.policy.consistency import Intervals, condition_findings, inconsistencies
from gonogo.policy.dry_run import dry_run_errors
from gonogo.policy.evaluated_signals import evaluated_findings
from gonogo.policy.file import PolicyText, laid_over, preset_keys, read_policy_text
from gonogo.policy.heartbeat import heartbeat_errors, read_heartbeat, read_identity
from gonogo.policy.schema import PolicyKeys
from gonogo.policy.settings import PolicyFile, ServerSettings

__all__ = ["PolicyFile", "ServerSettings", "load"]

VERSION = 1
"""The version of the policy keys that this gonogo reads."""
_READ_BY_HAND = frozenset({"version", "preset", "realm", "prefix", "heartbeat"})


def load(path: Path) -> PolicyFile:
    """Load a policy file.

    Raises:
        PolicyError: the file cannot be read, or has mistakes. All mistakes are listed, each
            with its place.
    """
    source = read_policy_text(path)
    complaints = Complaints(source.document)
    if not source.document.complete:
        raise PolicyError(tuple(complaints.problems))
    keys, policy = _read(source, complaints)
    if complaints.problems:
        raise PolicyError(tuple(complaints.problems))
    return PolicyFile(
        path=path,
        sha256=hashlib.sha256(source.content).hexdigest(),
        policy=policy,
        server=server_settings(keys.prometheus, source.folder),
        rules=tuple(absolute_glob(source.folder, pattern) for pattern in keys.rules or ()),
        tests=tuple(source.folder / place for place in keys.tests or ()),
        journal=source.folder / keys.journal,
        named=frozenset(_dotted_keys(source.keys)),
        reload=reload_settings(keys.reload, source.folder),
    )


def reread(policy_file: PolicyFile) -> PolicyFile:
    """Return the policy as its file is now. It is loaded again only if the bytes of the file changed.

    Raises:
        PolicyError: the file is gone, cannot be read, or has mistakes.
    """
    with suppress(OSError):
        if hashlib.sha256(read_some(policy_file.path)).hexdigest() == policy_file.sha256:
            return policy_file
    return load(policy_file.path)


def refuse_misfit(policy_file: PolicyFile, files: tuple[RuleGroup, ...]) -> None:
    """Check that the policy can work with the intervals of the configuration and of its rule files.

    Raises:
        PolicyError: it cannot.
    """
    policy = policy_file.policy
    intervals = intervals_of(policy_file, files)
    beats = heartbeat_errors(policy.heartbeat, intervals.scrape) if has_beats(policy) else ()
    found = (*beats, *condition_findings(policy, intervals))
    errors = [finding for finding in found if finding.severity is PolicySeverity.ERROR]
    if errors:
        document = read_policy_text(policy_file.path).document
        raise PolicyError(
            tuple(
                Problem(document.position(one.loc), f"{dotted(one.loc)}: {one.message} [{one.check}]", one.next_step)
                for one in errors
            )
        )


def said(finding: PolicyFinding, policy_file: PolicyFile) -> str:
    """Return a finding as a line that begins with its key."""
    key = ".".join(str(part) for part in finding.loc)
    return f"{policy_file.path}: {key}: {finding.message} [{finding.check}]"


def has_beats(policy: Policy) -> bool:
    """Return whether any signal of the policy comes from the heartbeat."""
    return any(name.startswith("heartbeat_") for name in policy.signals)


def intervals_of(policy_file: PolicyFile, files: tuple[RuleGroup, ...]) -> Intervals:
    """Return the intervals of scrapes and of rules, as far as the configuration and the rule files show them."""
    paces = _paces(policy_file.server.config)
    default = paces.get("evaluation_interval")
    recording: dict[str, timedelta] = {}
    for group in files:
        if (every := group.interval or default) is not None:
            names = (rule.name for rule in group.rules if rule.kind is RuleKind.RECORD)
            recording |= {name: max(recording.get(name, every), every) for name in names}
    return Intervals(paces.get("scrape_interval"), max(recording.values(), default=default), recording)


def _read(source: PolicyText, complaints: Complaints) -> tuple[PolicyKeys, Policy]:
    """Read every key that can be read, and add a problem for every other."""
    _check_version(source.keys, complaints)
    identity = read_identity(source.keys, complaints)
    heartbeat = read_heartbeat(source.keys.get("heartbeat", {}), source.folder, complaints)
    base = preset_keys(identity.preset, heartbeat) if identity.preset is not None else {}
    merged = laid_over(base, source.keys)
    given = {key: value for key, value in merged.items() if key not in _READ_BY_HAND}
    keys, unusable = _checked(given, complaints)
    policy = build_policy(keys, identity, heartbeat)
    built_in = preset_signals(policy) if identity.preset is not None and keys.signals else {}
    found = (
        *_findings(keys, policy, source.keys, _half_declared(unusable, complaints)),
        *evaluated_findings(keys, policy, built_in),
    )
    placed = [(original_place(finding.loc, unusable), finding) for finding in found]
    for loc, finding in [(loc, finding) for loc, finding in placed if not complaints.touch(*loc)]:
        complaints.about(loc, finding.message, finding.next_step, offset=finding.offset)
    return keys, policy


def _check_version(keys: Mapping[str, object], complaints: Complaints) -> None:
    if "version" not in keys:
        complaints.about(("version",), "is missing", f"write version: {VERSION}")
    elif type(keys["version"]) is not int or keys["version"] != VERSION:
        complaints.about(("version",), f"must be {VERSION}", "this gonogo reads no other version")


def _checked(given: Mapping[str, Any], complaints: Complaints) -> tuple[PolicyKeys, frozenset[Loc]]:
    """Check the keys. Leave out the keys with mistakes, and return their places."""
    try:
        return PolicyKeys.model_validate({**given, "version": VERSION}), frozenset()
    except ValidationError as invalid:
        from gonogo.policy.mistakes import usable_keys  # noqa: PLC0415 - a policy without a mistake does not pay for it

        return usable_keys({**given, "version": VERSION}, invalid, complaints)


def _half_declared(unusable: frozenset[Loc], complaints: Complaints) -> tuple[str, ...]:
    """Return the beginnings of the names of signals whose declaration has a mistake that is listed already."""
    wrong = {str(loc[1]) for loc in unusable if loc[0] == "signals" and len(loc) > 1}
    for key, name in (("fresh", "heartbeat_fresh_"), ("window", "heartbeat_changes_")):
        wrong |= {name} if complaints.touch("heartbeat", key) else set()
    return tuple(wrong)


def _findings(
    keys: PolicyKeys, policy: Policy, given: Mapping[str, object], half_declared: tuple[str, ...]
) -> Iterator[PolicyFinding]:
    yield from inconsistencies(keys, policy, lambda name: name.startswith(half_declared))
    yield from dry_run_errors(policy, given)
    for finding in condition_findings(policy, Intervals()):
        if finding.severity is PolicySeverity.ERROR:
            yield finding


def _dotted_keys(keys: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    for key, value in keys.items():
        yield f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _dotted_keys(value, f"{prefix}{key}.")


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
