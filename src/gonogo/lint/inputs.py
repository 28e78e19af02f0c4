"""Finds everything that one server loads from the named paths: rule files, configuration, routes and tests."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from gonogo.disk.regular_file import Unreadable, read_some, read_text
from gonogo.errors import Position, Problem, UsageError, cause_of
from gonogo.formats.dialect import Dialect
from gonogo.formats.prometheus_config import Configuration, NamedFile, RuleEntry, read_configuration
from gonogo.formats.sources import SourceFile, source_file, source_of, unread_file
from gonogo.formats.test_file import UnitFile, read_unit
from gonogo.formats.yaml import parse_documents
from gonogo.lint.core.nature import Nature, nature
from gonogo.lint.core.routes import Routes, read_routes
from gonogo.lint.folder import yaml_files
from gonogo.model.finding import Span
from gonogo.policy.inputs import matching, rule_files, server_matching, unit_files
from gonogo.policy.settings import PolicyFile

_PATTERN = re.compile(r"[*?\[]")
"""The characters that make a path a pattern. Source: Prometheus, ``config.go``, ``patRulePath``."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was found and not linted, and the reason."""

    path: str
    why: str


@dataclass(slots=True)
class Inputs:
    """The files to lint, as they were read.

    Attributes:
        files: the rule files, by their path as findings name it. Each file is read once.
        by_hand: the paths in ``files`` that no configuration loads. Resources in them are unwrapped for promtool.
        configuration: the server's configuration, if it was named.
        routes: Alertmanager's routes, if they were named.
        tests: the assertions of the policy's tests; ``None`` without a policy.
        policy_rules: the paths in ``files`` that the policy names; ``None`` without a policy.
        texts: the text of every other file that findings may point at.
        problems: the problems in files other than rule files.
        skipped: the files that were passed over.
        missing: the places that ask for files that do not exist, each with a message.
        base: the folder that corresponds to the root folder of a second promtool.
        dialect: the dialect of the rule files.
    """

    files: dict[str, SourceFile] = field(default_factory=dict)
    by_hand: set[str] = field(default_factory=set)
    configuration: Configuration | None = None
    routes: Routes | None = None
    tests: tuple[UnitFile, ...] | None = None
    policy_rules: frozenset[str] | None = None
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    missing: list[tuple[Span, str]] = field(default_factory=list)
    base: str = "."
    dialect: Dialect = Dialect.PROMETHEUS

    @property
    def complete(self) -> bool:
        """True if the rule files are all that the server loads, which is known from its configuration."""
        return self.configuration is not None


def named_inputs(paths: Iterable[Path], dialect: Dialect = Dialect.PROMETHEUS) -> Inputs:
    """Read the paths named on the command line. ``dialect`` is the dialect of the rule files.

    Raises:
        UsageError: a path does not exist or cannot be read, two configurations are named, or nothing is left to lint.
    """
    inputs = Inputs(dialect=dialect)
    for path in paths:
        if path.is_dir():
            for found in _listed(path):
                _take_found(inputs, found)
        else:
            _take_named(inputs, path)
    if not inputs.files and inputs.configuration is None:
        why = "; ".join(f"{one.path}: {one.why}" for one in inputs.skipped[:3]) or "there is no YAML file"
        raise UsageError("there is nothing to lint", why=why, next_step="name rule files, or a folder that holds some")
    return inputs


def policy_inputs(policy_file: PolicyFile) -> Inputs:
    """Read the policy's rules and tests, and the files that its server's configuration loads."""
    inputs = Inputs(dialect=policy_file.server.dialect)
    config = policy_file.server.config
    if config is not None and config.exists():
        _take_configuration(inputs, config)
    else:
        inputs.base = str(policy_file.path.absolute().parent)
    named = rule_files(policy_file.rules)
    for path in named:
        _load(inputs, shown(path))
    inputs.policy_rules = frozenset(_among(inputs.files, named))
    at_policy = Span(Position(shown(policy_file.path.absolute()), 1, 1))
    for pattern in policy_file.rules or ("an empty list of rules",):
        if not matching(pattern):
            inputs.missing.append(
                (at_policy, f"no rule file matches {pattern}: the server loads no rules from it and reports no error")
            )
    inputs.tests = tuple(_tests(policy_file))
    return inputs


def _among(names: Iterable[str], files: Iterable[Path]) -> Iterator[str]:
    """Yield the names of some files, even if they are seen from another folder or reached by links."""
    real = {os.path.realpath(path) for path in files}
    return (name for name in names if os.path.realpath(name) in real)


def shown(path: Path) -> str:
    """Return the path as shown to a person: relative to the current folder if the file lies in it."""
    text = str(path)
    try:
        here = str(Path.cwd())
    except FileNotFoundError:  # the current folder was deleted
        return text
    return os.path.relpath(text, here) if text.startswith(here.rstrip("/") + "/") else text


def _listed(folder: Path) -> tuple[Path, ...]:
    try:
        return yaml_files(folder)
    except OSError as error:
        where = error.filename or str(folder)
        raise UsageError("the folder cannot be listed", where=str(where), why=cause_of(error)) from error


def _take_named(inputs: Inputs, path: Path) -> None:
    """Read a file that the user named. It must exist. A file of no other known kind counts as rules."""
    name = str(path)
    try:
        text = read_text(path, name)
    except Unreadable as error:
        problem = error.problem
        if problem.message.startswith("it cannot be read"):
            raise UsageError(problem.message, where=name, next_step=problem.next_step) from error
        _keep(inputs, unread_file(name, problem.message, problem.next_step))
        return
    documents = parse_documents(text, name)
    match nature(documents, text):
        case Nature.CONFIGURATION:
            _take_configuration(inputs, path)
        case Nature.ROUTES:
            inputs.routes, problems = read_routes(text, name)
            inputs.texts[name] = text
            inputs.problems += problems
        case Nature.TESTS as kind:
            inputs.skipped.append(Skipped(name, kind.value))
        case Nature.OTHER if any(isinstance(one.value, dict) and "kind" in one.value for one in documents):
            inputs.skipped.append(Skipped(name, Nature.OTHER.value))
        case _:
            _keep(inputs, source_of(documents, text, name, inputs.dialect))
            inputs.by_hand.add(name)


def _take_found(inputs: Inputs, path: Path) -> None:
    """Read a file that was found in a folder, if it holds rules."""
    name = str(path)
    try:
        text = read_text(path, name)
    except Unreadable as error:
        _keep(inputs, _unread(name, error))
        return
    documents = parse_documents(text, name)
    kind = nature(documents, text)
    if kind is Nature.RULES:
        _keep(inputs, source_of(documents, text, name, inputs.dialect))
        inputs.by_hand.add(name)
    else:
        inputs.skipped.append(Skipped(name, kind.value))


def _take_configuration(inputs: Inputs, path: Path) -> None:
    """Read a server's configuration, and every rule file that it loads."""
    name = shown(path)
    if inputs.configuration is not None and inputs.configuration.path != name:
        raise UsageError(
            "two configurations are named",
            why=f"{inputs.configuration.path} and {name}: a lint covers the files of one server",
            next_step="lint one server after another",
        )
    try:
        text = read_text(path, name)
    except Unreadable as error:
        inputs.problems.append(error.problem)
        return
    inputs.base = str(path.parent)
    configuration, problems = read_configuration(text, name)
    inputs.texts[name] = text
    inputs.problems += problems
    configuration = replace(
        configuration,
        rule_files=tuple(replace(entry, matched=_matched(entry, path.parent)) for entry in configuration.rule_files),
    )
    if inputs.dialect is Dialect.PROMETHEUS:  # the scrape files of vmagent are lists of jobs, also at URLs
        configuration = _with_scrape_files(inputs, configuration, path.parent)
    inputs.configuration = replace(
        configuration, named_files=tuple(replace(one, problem=_trouble(one)) for one in configuration.named_files)
    )
    for entry in inputs.configuration.rule_files:
        for match in entry.matched or ():
            _load(inputs, match)


def _with_scrape_files(inputs: Inputs, configuration: Configuration, folder: Path) -> Configuration:
    entries = tuple(replace(entry, matched=_matched(entry, folder)) for entry in configuration.scrape_files)
    configuration = replace(configuration, scrape_files=entries)
    for name in dict.fromkeys(match for entry in entries for match in entry.matched or ()):
        configuration = _with_scrape_file(inputs, configuration, name)
    return configuration


def _with_scrape_file(inputs: Inputs, configuration: Configuration, name: str) -> Configuration:
    """Read a file of ``scrape_config_files``. If it cannot be read, the list of jobs is incomplete."""
    try:
        text = read_text(Path(name), name)
    except Unreadable as error:
        inputs.problems.append(error.problem)
        return replace(configuration, foreign=True)
    file, problems = read_configuration(text, name, configuration.scrape_interval)
    inputs.texts[name] = text
    inputs.problems += problems
    return configuration.with_scrape_file(file)


def _matched(entry: RuleEntry, folder: Path) -> tuple[str, ...]:
    """Return the files that an entry matches by the rules of Prometheus: ``*`` in the last element only."""
    return tuple(shown(path) for path in server_matching(entry.pattern, folder))


def _trouble(named: NamedFile) -> str:
    """Return why a file that the configuration names cannot be read; empty if it can be read or may come later."""
    if named.key == "files" and _PATTERN.search(named.path):
        return ""
    try:
        read_some(Path(named.path), 0)
    except (OSError, ValueError) as error:
        return cause_of(error)
    return ""


def _load(inputs: Inputs, name: str) -> None:
    """Read a file that the server loads as rules, even if it holds something else."""
    if name in inputs.files:
        return
    try:
        _keep(inputs, source_file(read_text(Path(name), name), name, inputs.dialect))
    except Unreadable as error:
        _keep(inputs, _unread(name, error))


def _keep(inputs: Inputs, file: SourceFile) -> None:
    inputs.files.setdefault(file.path, file)


def _unread(name: str, error: Unreadable) -> SourceFile:
    return replace(unread_file(name, "", ""), problems=(error.problem,))


def _tests(policy_file: PolicyFile) -> Iterator[UnitFile]:
    """Yield the policy's tests. Unreadable tests are left to ``gonogo test``, which reports them."""
    for place in policy_file.tests:
        try:
            paths = unit_files(place) if place.exists() else ()
        except OSError:
            continue
        for path in paths:
            try:
                yield read_unit(read_text(path, shown(path)), shown(path))
            except Unreadable:
                continue
