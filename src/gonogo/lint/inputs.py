"""Finds everything that one server loads from the named paths: rule files, configuration, routes and tests."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from gonogo.disk.finding_files import yaml_files
from gonogo.disk.naming import shown
from gonogo.disk.regular_file import Unreadable, read_text
from gonogo.errors import Position, Problem, UsageError, cause_of
from gonogo.formats.dialect import Dialect
from gonogo.formats.prometheus_config import Configuration
from gonogo.formats.sources import SourceFile, WrittenRule, source_file, source_of
from gonogo.formats.test_file import UnitFile, read_unit
from gonogo.formats.yaml import parse, parse_documents
from gonogo.lint.configured import configured
from gonogo.lint.core.nature import Nature, nature
from gonogo.lint.core.routes import Routes, read_routes
from gonogo.lint.early import ReadFiles
from gonogo.model.finding import Span
from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.policy.inputs import matching, rule_files, unit_files

if TYPE_CHECKING:  # a lint of named files does not pay for the policy
    from gonogo.policy.settings import PolicyFile


class Skipped(Struct, frozen=True):
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
        expressions: the expressions of the policy, as rules of a file; ``None`` if it has none.
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
    expressions: SourceFile | None = None
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

    def load(self, name: str) -> None:
        """Read a file that the server loads as rules, even if it holds something else. Each file is read once."""
        if name not in self.files:
            try:
                self.files[name] = source_file(read_text(Path(name), name), name, self.dialect)
            except Unreadable as error:
                self.files[name] = SourceFile(name, "", problems=(error.problem,))


def named_inputs(paths: Iterable[Path], dialect: Dialect = Dialect.PROMETHEUS, read: ReadFiles | None = None) -> Inputs:
    """Read the paths named on the command line. ``dialect`` is the dialect of the rule files.

    Rule files without a mistake are put into ``read`` as soon as they are read.

    Raises:
        UsageError: a path does not exist or cannot be read, two configurations are named, or nothing is left to lint.
    """
    inputs = Inputs(dialect=dialect)
    for path in paths:
        if path.is_dir():
            for found in _listed(path):
                _take(inputs, found, named=False)
                file = inputs.files.get(str(found))
                if read is not None and file is not None and not file.problems and not file.custom:
                    read.put(file.path)
        else:
            _take(inputs, path, named=True)
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
        inputs.load(str(shown(path)))
    real = {os.path.realpath(path) for path in named}  # a file may be seen from another folder, or reached by links
    inputs.policy_rules = frozenset(name for name in inputs.files if os.path.realpath(name) in real)
    at_policy = Span(Position(str(shown(policy_file.path.absolute())), 1, 1))
    for pattern in policy_file.rules or ("an empty list of rules",):
        if not matching(pattern):
            inputs.missing.append(
                (at_policy, f"no rule file matches {pattern}: the server loads no rules from it and reports no error")
            )
    inputs.tests = tuple(_tests(policy_file))
    _take_expressions(inputs, policy_file)
    return inputs


def _take_expressions(inputs: Inputs, policy_file: PolicyFile) -> None:
    """Read the places of the policy's expressions. A policy that cannot be read any more has a problem."""
    signals = [signal for signal in policy_file.policy.signals.values() if signal.expression]
    if not signals:
        return
    name = str(shown(policy_file.path.absolute()))
    try:
        text = read_text(policy_file.path, name)
    except Unreadable as error:
        inputs.problems.append(error.problem)
        return
    document = parse(text, name)
    rules = [Rule(RuleKind.RECORD, f"signal:{signal.name}", signal.expression) for signal in signals]
    group = RuleGroup("policy", tuple(rules))
    places = [("signals", signal.name) for signal in signals]
    written = (
        WrittenRule(rule, group, number, loc, document)
        for number, (rule, loc) in enumerate(zip(rules, places, strict=True))
    )
    inputs.expressions = SourceFile(name, text, (group,), tuple(written))
    inputs.texts[name] = text


def _listed(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(yaml_files(folder, each_once=True))
    except OSError as error:
        raise UsageError(
            "the folder cannot be listed", where=str(error.filename or folder), why=cause_of(error)
        ) from error


def _take(inputs: Inputs, path: Path, *, named: bool) -> None:
    """Read a file. In a folder only rules are taken. A named file of unknown kind counts as rules."""
    name = str(path)
    try:
        text = read_text(path, name)
    except Unreadable as error:
        problem = error.problem
        if named and problem.message.startswith("it cannot be read"):
            raise UsageError(problem.message, where=name, next_step=problem.next_step) from error
        inputs.files.setdefault(name, SourceFile(name, "", problems=(problem,)))
        return
    documents = parse_documents(text, name)
    kind = nature(documents, text)
    resources = any(isinstance(one.value, dict) and "kind" in one.value for one in documents)
    if named and kind is Nature.CONFIGURATION:
        _take_configuration(inputs, path)
    elif named and kind is Nature.ROUTES:
        inputs.routes, problems = read_routes(text, name)
        inputs.texts[name] = text
        inputs.problems += problems
    elif kind is Nature.RULES or (named and (kind is Nature.EMPTY or (kind is Nature.OTHER and not resources))):
        inputs.files.setdefault(name, source_of(documents, text, name, inputs.dialect))
        inputs.by_hand.add(name)
    else:
        inputs.skipped.append(Skipped(name, kind.value))


def _take_configuration(inputs: Inputs, path: Path) -> None:
    """Read a server's configuration, and every rule file that it loads."""
    name = str(shown(path))
    if inputs.configuration is not None and inputs.configuration.path != name:
        raise UsageError(
            "two configurations are named",
            why=f"{inputs.configuration.path} and {name}: a lint covers the files of one server",
            next_step="lint one server after another",
        )
    try:
        configuration, problems, texts = configured(path, inputs.dialect)
    except Unreadable as error:
        inputs.problems.append(error.problem)
        return
    inputs.base = str(path.parent)
    inputs.configuration = configuration
    inputs.problems += problems
    inputs.texts |= texts
    for entry in configuration.rule_files:
        for match in entry.matched or ():
            inputs.load(match)


def files_of_tests(policy_file: PolicyFile) -> Iterator[Path]:
    """Yield the files of the policy's tests. ``gonogo test`` reports the places that cannot be listed."""
    for place in policy_file.tests:
        with suppress(OSError):
            yield from unit_files(place) if place.exists() else ()


def _tests(policy_file: PolicyFile) -> Iterator[UnitFile]:
    """Yield the policy's tests. Unreadable tests are left to ``gonogo test`` as well."""
    for path in files_of_tests(policy_file):
        with suppress(Unreadable):
            yield read_unit(read_text(path, str(shown(path))), str(shown(path)))
