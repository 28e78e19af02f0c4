"""Reads the rule files of a policy."""

from __future__ import annotations

from pathlib import Path

from gonogo.disk.regular_file import text_of
from gonogo.errors import PolicyError, Problem
from gonogo.formats.dialect import Dialect
from gonogo.formats.files import read_rules
from gonogo.model.rule import RuleGroup
from gonogo.policy.inputs import matching
from gonogo.policy.load import PolicyFile


def rule_paths(policy_file: PolicyFile) -> tuple[Path, ...]:
    """Return the files that the policy's globs match, sorted, each once.

    Raises:
        PolicyError: a glob matches no file. Without this error, rules would be missing in silence.
    """
    found: set[Path] = set()
    problems = []
    for pattern in policy_file.rules:
        matched = matching(pattern)
        found.update(matched)
        if not matched:
            problems.append(
                Problem(None, f"rules: {pattern} matches no file", "write the rules with 'gonogo rules --out DIR'")
            )
    if problems:
        raise PolicyError(tuple(problems))
    return tuple(sorted(found))


def policy_rules(policy_file: PolicyFile, dialect: Dialect | None = None) -> tuple[RuleGroup, ...]:
    """Return the rule groups of all rule files of the policy. A ``dialect`` given here replaces that of the policy.

    Raises:
        PolicyError: a glob matches no file, or a file cannot be read as rules. Every
            mistake of every file is listed.
    """
    groups: list[RuleGroup] = []
    problems: list[Problem] = []
    for path in rule_paths(policy_file):
        try:
            text = text_of(path)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(None, f"rules: {path} cannot be read: {error}", "fix or remove the file"))
            continue
        read = read_rules(text, str(path), dialect or policy_file.server.dialect)
        groups += read.groups
        problems += read.problems
    if problems:
        raise PolicyError(tuple(problems))
    return tuple(groups)
