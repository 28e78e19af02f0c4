"""Silent passes of a test file that lacks something: tests, rules, or assertions about the rules."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded, groups_of


def no_tests(loaded: Loaded) -> Iterator[Problem]:
    """A file without tests passes: an empty file, a file of comments, ``tests: []``, or no ``tests`` at all."""
    document = loaded.unit.document
    if not isinstance(document.value, dict):
        yield Problem(document.position(()), "the file has no tests", "write tests, or remove the file")
    elif not loaded.unit.tests:
        yield Problem(document.position(("tests",)), "the list of tests is empty", "write tests, or remove the file")


def second_document(loaded: Loaded) -> Iterator[Problem]:
    """Promtool reads the first YAML document of a test file and ignores the rest: tests after ``---`` never run."""
    where = loaded.unit.second_document
    if where is not None:
        yield Problem(where, "promtool ignores the second document, which begins here", "move it to a file of its own")


def rule_file_unmatched(loaded: Loaded) -> Iterator[Problem]:
    """An entry of ``rule_files`` that matches no file gets only a warning, although its rules are missing."""
    hint = "start the path at the test file's folder, or name other places of rules: --rules PATH"
    for one in loaded.entries:
        if not one.sources and not one.problem:
            yield Problem(one.entry.where, f"{one.entry.pattern} matches no file", hint)


def no_rules(loaded: Loaded) -> Iterator[Problem]:
    """A test that loads no rule proves nothing about any rule: without ``rule_files``, or with files without rules."""
    if loaded.unit.tests and not loaded.unit.rule_files:
        where = loaded.unit.document.position(("rule_files",))
        yield Problem(where, "there are no rule_files", "name the rule files under test")
    for one in loaded.entries:
        groups = [group for source in one.sources for group in groups_of(source.whole, source.path)]
        if one.sources and not any(group.rules for group in groups) and not one.problem:
            yield Problem(one.entry.where, f"{one.entry.pattern} holds no rule", "name the file that has the rules")


def no_assertion(loaded: Loaded) -> Iterator[Problem]:
    """A test with neither ``alert_rule_test`` nor ``promql_expr_test`` feeds series in and asserts nothing."""
    for test in loaded.unit.tests:
        if not test.assertions:
            yield Problem(test.where, "the test asserts nothing", "give it alert_rule_test or promql_expr_test")


def not_about_rules(loaded: Loaded) -> Iterator[Problem]:
    """A file whose assertions depend on none of its rules passes with every change of those rules.

    The file asserts expressions over its own input, perhaps copies of old rules. One assertion about a rule is enough
    for the file. The finding is at the first test.
    """
    asserting = [test for test in loaded.unit.tests if test.assertions]
    if not asserting or not loaded.rules or any(test.alerts for test in asserting):
        return
    read = [loaded.makers(one.expression) for test in asserting for one in test.expressions]
    if not any(makers is None or makers for makers in read):
        why = "no assertion of the file depends on a rule that it loads"
        yield Problem(asserting[0].where, why, "assert alerts, or what the rules record")


SILENT_PASSES = {
    "no-tests": no_tests,
    "second-document": second_document,
    "rule-file-unmatched": rule_file_unmatched,
    "no-rules": no_rules,
    "no-assertion": no_assertion,
    "not-about-rules": not_about_rules,
}
