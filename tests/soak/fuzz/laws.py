"""The laws for every input, however broken: it is judged to its end, and each message can be read and found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from gonogo.errors import Position, UsageError
from gonogo.formats.flow import unwrapped
from gonogo.formats.prometheus_config import read_configuration
from gonogo.formats.promtool_words import last_words, words
from gonogo.formats.sources import source_file
from gonogo.formats.test_file import RuleFileEntry, UnitFile, read_unit
from gonogo.formats.yaml import lines_of, parse, parse_documents
from gonogo.lint.baseline import compared, parsed, written
from gonogo.lint.core.arbiter import Arbiter, refusals
from gonogo.lint.core.catalogue import checks, findings, ordered, without_echoes
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.live import expressions, follow_up, series_questions
from gonogo.lint.core.nature import nature
from gonogo.lint.core.pragmas import silenced
from gonogo.lint.core.report import LintReport
from gonogo.lint.core.requirements import read_requirements
from gonogo.lint.core.routes import read_routes
from gonogo.lint.print import lint_json, lint_text
from gonogo.model.finding import Finding
from gonogo.model.replacing import replace
from gonogo.ruletests.core.firing import expects_firing, expects_quiet, pending_problems, probing, suspects
from gonogo.ruletests.core.group_order import in_order, open_orders, order_problem
from gonogo.ruletests.core.loaded import Loaded, LoadedEntry, RuleSource
from gonogo.ruletests.core.measures import arguments, wrong_arguments
from gonogo.ruletests.core.promtool_output import verdicts
from gonogo.ruletests.core.report import FileReport, UnitReport
from gonogo.ruletests.core.rule_text import RuleText, file_text, twins
from gonogo.ruletests.core.suite import MutantQuestion, Sheet
from gonogo.ruletests.core.trial import Trial
from gonogo.ruletests.mutation.catalogue import mutations
from gonogo.ruletests.print import unit_text
from gonogo.ruletests.print_json import unit_json
from gonogo.ruletests.print_junit import unit_junit
from gonogo.ruletests.silent.passes import silent_passes
from tests.example_estate import CONFIGURATION, ROUTES, estate_of
from tests.soak.fuzz.case import Case

MUTATED_RULES = 1
"""Of how many rules of an input all mutants are made."""
LONGEST_MUTATED = 3000
"""Of how long an expression, in characters: its mutants are as many as it is long, and each as long as it."""
ASKED_MUTANTS = 2
"""Of how many mutants of a rule is asked which tests could notice them."""


def hold(case: Case) -> None:
    """Run the lint and the unit tests on an input, and check the laws.

    Raises:
        AssertionError: a law is broken.
        Exception: what nothing documents: a mistake as well.
    """
    estate = _estate(case)
    _lint(estate, case)
    for unit in estate.tests or ():
        _unit(unit, estate, case)
    if estate.tests:
        _mutate(estate.tests[0], estate, case)


def _estate(case: Case) -> Estate:
    """Read the changed file as each kind of file. The other kinds come from the other files."""
    text, name = case.text, case.name
    nature(parse_documents(text, name), text)
    requirements, _ = read_requirements(text, name)
    configuration, _ = read_configuration(text, CONFIGURATION)
    routes, _ = read_routes(text, ROUTES)
    as_rules, as_tests = source_file(text, "as_rules.yml"), read_unit(text, "as_tests.yml")
    estate = estate_of(case.example)
    arbiter = Arbiter("promtool", "2.42.0", frozenset({as_rules.path}))
    said = f"Checking {name}\n  FAILED:\n{text}\n{name}: {text}"
    refused = tuple(one for word in words(said) for file in estate.files for one in refusals(word, file))
    last_words(text)
    return estate.having(
        files=estate.files if as_rules.rules == () else (*estate.files, as_rules),
        tests=(*(estate.tests or ()), *((as_tests,) if as_tests.tests else ())),
        configuration=estate.configuration or configuration,
        routes=estate.routes or routes,
        requirements=estate.requirements or requirements,
        arbiters=estate.arbiters or (arbiter, replace(arbiter, name="other", accepted=frozenset(), refusals=refused)),
    )


def _lint(estate: Estate, case: Case) -> None:
    follow_up(estate.rules, series_questions(estate.rules))
    expressions(estate.rules)
    texts = {CONFIGURATION: case.text, ROUTES: case.text, **case.example.files}
    unable = {check.id for check in checks().values() if not check.can_run(estate)}
    done = silenced(ordered(findings(estate)), estate.files, checks(), {CONFIGURATION: texts[CONFIGURATION]}, unable)
    found = ordered(without_echoes((*done.kept, *done.notices)))
    _refuses_as_baseline(case.text)
    texts |= {"as_rules.yml": case.text, "as_tests.yml": case.text}
    report = LintReport(found, len(estate.files), len(estate.rules), done.count, texts=texts)
    left = compared(report, parsed(written(report, "."), "baseline.json"))
    assert not left.findings, left.findings
    assert (left.baselined, left.gone) == (len(found), ())
    assert len(json.loads(lint_json(report))["findings"]) == len(found)
    _shows(lint_text(report))
    _stand_in_their_files(found, texts)


def _refuses_as_baseline(text: str) -> None:
    try:
        parsed(text, "baseline.json")
    except UsageError:
        return


def _shows(text: str) -> None:
    """Check that a text ends with a line feed and has no control characters."""
    assert text.endswith("\n")
    assert all(line.isprintable() for line in text.split("\n")), [x for x in text.split("\n") if not x.isprintable()]


def _stand_in_their_files(found: Iterable[Finding], texts: dict[str, str]) -> None:
    lines = {path: lines_of(text) for path, text in texts.items()}
    for one in found:
        start = one.where.start
        there = lines.get(start.path)
        assert one.where.length >= 1, one
        assert there is None or 1 <= start.line <= max(len(there), 1), one
        assert there is None or 1 <= start.column <= len(there[start.line - 1]) + 1, one


def _unit(unit: UnitFile, estate: Estate, case: Case) -> None:
    sources = tuple(_sources(estate, case))
    entries = unit.rule_files or (RuleFileEntry("r.yml", Position(unit.path, 1, 1), ()),)
    loaded = Loaded(case.text, unit, tuple(LoadedEntry(entry, sources) for entry in entries), (2, 42))
    found = tuple(silent_passes(loaded))
    if orders := open_orders(loaded):
        in_order(loaded, orders, orders.makers_first)
        order_problem(loaded, orders, orders.readers_first)
    suspected = suspects(loaded)
    probing(loaded, suspected)
    pending_problems(suspected, case.text)
    for junit in (True, False):
        verdicts(case.text, [case.name, "other"], exit_0=True, junit=junit)
    given = tuple(arguments(case.text, case.name))
    wrong = tuple(wrong_arguments(given, {}))
    report = UnitReport((FileReport(case.name, False, case.text + "".join(map(str, wrong)), found),))
    json.loads(unit_json(report))
    ET.fromstring(unit_junit(report))  # noqa: S314 - what we wrote ourselves
    _shows(unit_text(report).replace("\t", " "))


def _mutate(unit: UnitFile, estate: Estate, case: Case) -> None:
    """Remove and change some rules, and ask the tests about each change."""
    text = case.example.files.get(unit.path, case.text)
    sources = tuple(_sources(estate, case))
    loaded = Loaded(text, unit, tuple(LoadedEntry(entry, sources) for entry in unit.rule_files))
    sheet = Sheet(loaded, tuple(file_text(one.text, one.path, one.part) for one in sources))
    assert all(file.written({}) for file in sheet.files)
    assert sheet.whole.test
    twins([sheet.rules])
    sound = not unit.problems and not any(file.problems for file in estate.files)
    bearable = [rule for rule in sheet.rules if len(rule.rule.expression) <= LONGEST_MUTATED]
    for rule in bearable[-MUTATED_RULES:]:
        trials = list(_trials(sheet, rule, unit))
        assert all(trial.key for trial in trials)
        assert not sound or all(map(_reads_back, trials[-1:])), trials[-1]


def _sources(estate: Estate, case: Case) -> Iterable[RuleSource]:
    for file in estate.files:
        text = case.example.files.get(file.path, case.text)
        for number, part in enumerate(unwrapped(text, file.path)):
            yield RuleSource(file.path, part, number, text, file.path)


def _trials(sheet: Sheet, rule: RuleText, unit: UnitFile) -> Iterator[Trial]:
    """Yield the first trials of the removed rule and of some of its mutants."""
    expects_firing([unit], rule.rule)
    expects_quiet([unit], rule.rule)
    made = mutations(rule.rule, rule.own_labels, annotated=True)
    for changed in (None, *(one.rule for one in made[:ASKED_MUTANTS])):
        asked = MutantQuestion([sheet], rule, changed).ask({})
        yield from asked if isinstance(asked, tuple) else ()


def _reads_back(trial: Trial) -> bool:
    """Return whether the files for promtool are valid YAML."""
    return not any(parse(text, "trial.yml").problems for text in (trial.test, *trial.rules))
