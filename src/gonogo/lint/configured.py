"""Reads a server's configuration with the files that it names: rule files, scrape files, certificates, passwords."""

from __future__ import annotations

import re
from pathlib import Path

from gonogo.disk.naming import shown
from gonogo.disk.regular_file import Unreadable, read_some, read_text
from gonogo.errors import Problem, cause_of
from gonogo.formats.dialect import Dialect
from gonogo.formats.prometheus_config import Configuration, NamedFile, RuleEntry, read_configuration
from gonogo.model.replacing import replace
from gonogo.policy.inputs import server_matching

_PATTERN = re.compile(r"[*?\[]")
"""The characters that make a path a pattern. Source: Prometheus, ``config.go``, ``patRulePath``."""


def configured(path: Path, dialect: Dialect) -> tuple[Configuration, list[Problem], dict[str, str]]:
    """Read a configuration, and find the files that it names.

    Returns:
        The configuration, the problems of its files, and the text of each file by its path.

    Raises:
        Unreadable: the configuration cannot be read.
    """
    name = str(shown(path))
    texts = {name: read_text(path, name)}
    configuration, found = read_configuration(texts[name], name)
    problems = list(found)
    rule_entries = tuple(_matched(entry, path.parent) for entry in configuration.rule_files)
    configuration = replace(configuration, rule_files=rule_entries)
    if dialect is Dialect.PROMETHEUS:  # the scrape files of vmagent are lists of jobs, also at URLs
        entries = tuple(_matched(entry, path.parent) for entry in configuration.scrape_files)
        configuration = replace(configuration, scrape_files=entries)
        for scrape_file in dict.fromkeys(match for entry in entries for match in entry.matched or ()):
            try:
                texts[scrape_file] = read_text(Path(scrape_file), scrape_file)
            except Unreadable as error:
                problems.append(error.problem)
                configuration = replace(configuration, foreign=True)  # the list of jobs is incomplete
                continue
            file, found = read_configuration(texts[scrape_file], scrape_file, configuration.scrape_interval)
            problems += found
            configuration = configuration.with_scrape_file(file)
    named = tuple(replace(one, problem=_trouble(one)) for one in configuration.named_files)
    return replace(configuration, named_files=named), problems, texts


def _matched(entry: RuleEntry, folder: Path) -> RuleEntry:
    """Find the files that an entry matches by the rules of Prometheus: ``*`` in the last element only."""
    return replace(entry, matched=tuple(str(shown(path)) for path in server_matching(entry.pattern, folder)))


def _trouble(named: NamedFile) -> str:
    """Return why a file that the configuration names cannot be read; empty if it can be read or may come later."""
    if named.key == "files" and _PATTERN.search(named.path):
        return ""
    try:
        read_some(Path(named.path), 0)
    except (OSError, ValueError) as error:
        return cause_of(error)
    return ""
