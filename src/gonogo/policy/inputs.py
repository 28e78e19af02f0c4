"""The files of a policy: the files that its globs match, and the files in its folders of tests."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from gonogo.disk.finding_files import SERVER_PATTERN, matching_files, yaml_files
from gonogo.disk.regular_file import read_some, text_of
from gonogo.errors import PolicyError, Problem
from gonogo.formats.dialect import Dialect
from gonogo.formats.files import read_rules
from gonogo.model.rule import RuleGroup

if TYPE_CHECKING:  # a lint of named files does not pay for the policy
    from gonogo.policy.settings import PolicyFile


def matching(pattern: str) -> tuple[Path, ...]:
    """Return the files that a pattern matches in Prometheus, sorted. Names that begin with a dot are included."""
    return tuple(Path(name) for name in sorted(matching_files(pattern)))


def rule_files(patterns: tuple[str, ...]) -> tuple[Path, ...]:
    """Return every rule file that the patterns match, each once, sorted by path."""
    return tuple(sorted({path for pattern in patterns for path in matching(pattern)}))


def server_matching(pattern: str, folder: Path) -> tuple[Path, ...]:
    """Return the files that a pattern of a configuration in ``folder`` matches: ``*`` in the last element only."""
    if not SERVER_PATTERN.fullmatch(pattern) or not pattern:
        return ()
    return matching(os.path.normpath(os.path.join(folder.absolute(), pattern)))  # noqa: PTH118 - patterns are text


def scrape_files(config: Path) -> tuple[Path, ...]:
    """Return the files that the ``scrape_config_files`` of a configuration match; empty if it cannot be read."""
    try:
        content = read_some(config)
    except OSError:
        return ()
    if b"scrape_config_files" not in content:  # most have none, and reading YAML takes time
        return ()
    from gonogo.formats.prometheus_config import read_configuration  # noqa: PLC0415 - most configurations have none

    entries = read_configuration(content.decode(errors="replace"), str(config))[0].scrape_files
    return tuple(path for entry in entries for path in server_matching(entry.pattern, config.parent))


def unit_files(place: Path) -> tuple[Path, ...]:
    """Return the place itself if it is a file, else every YAML file below it, sorted.

    Links to folders are followed, but never back into a folder that contains the link.

    Raises:
        OSError: a folder cannot be listed.
    """
    return tuple(sorted(yaml_files(place, each_once=False))) if place.is_dir() else (place,)


_NEXT = "put rule files there, write them with 'gonogo rules --out DIR', or set rules: [] to judge without rule files"


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
            problems.append(Problem(None, f"rules: {pattern} matches no file", _NEXT))
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
