"""Test files with which promtool succeeds though they assert nothing, or nothing about any rule.

Source: observed with ``promtool test rules``, which exits with 0 for each of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gonogo.app.inputs import matching
from gonogo.errors import Problem
from gonogo.model.rule import RuleKind
from gonogo.rules.files import read_rules
from gonogo.strict_yaml import YamlDocument, parse

ASSERTIONS = ("alert_rule_test", "promql_expr_test")


def silent_passes(path: Path) -> Iterator[Problem]:
    """List what would let one test file pass without proving anything.

    - it is empty, or has no tests;
    - an entry of ``rule_files`` matches no file, or there is none;
    - a test has no assertion;
    - a test expects no alert of a name that no rule has.
    """
    try:
        document = parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        yield Problem(None, f"{path} cannot be read: {error}")
        return
    yield from document.problems
    content = document.value
    if not isinstance(content, dict):
        yield Problem(document.position(()), "the file holds no tests", "write tests, or remove it")
        return
    rules = list(_rule_files(path, document, content))
    yield from (problem for problem in rules if isinstance(problem, Problem))
    yield from _tests(document, content, _alerts(file for file in rules if isinstance(file, Path)))


def _rule_files(path: Path, document: YamlDocument, content: Mapping[str, object]) -> Iterator[Path | Problem]:
    patterns = content.get("rule_files")
    if not isinstance(patterns, list) or not patterns:
        yield Problem(document.position(("rule_files",)), "no rule_files are named", "name the rules that it tests")
        return
    for place, pattern in enumerate(patterns):
        found = matching(str(path.absolute().parent / str(pattern)))
        if not found:
            where = document.position(("rule_files", place))
            yield Problem(where, f"{pattern} matches no file", "paths start from the test file's folder")
        yield from found


def _tests(document: YamlDocument, content: Mapping[str, object], alerts: frozenset[str]) -> Iterator[Problem]:
    tests = content.get("tests")
    if not isinstance(tests, list) or not tests:
        yield Problem(document.position(("tests",)), "there are no tests in the file", "write one, or remove the file")
        return
    for number, test in enumerate(tests):
        asserted = test if isinstance(test, dict) else {}
        if not any(asserted.get(kind) for kind in ASSERTIONS):
            hint = f"give it {' or '.join(ASSERTIONS)}"
            yield Problem(document.position(("tests", number)), "the test asserts nothing", hint)
        yield from _misnamed(document, number, asserted.get("alert_rule_test"), alerts)


def _misnamed(document: YamlDocument, number: int, asserted: object, alerts: frozenset[str]) -> Iterator[Problem]:
    for place, case in enumerate(asserted if isinstance(asserted, list) else []):
        name = case.get("alertname") if isinstance(case, dict) else None
        if isinstance(case, dict) and not case.get("exp_alerts") and name not in alerts:
            where = document.position(("tests", number, "alert_rule_test", place))
            yield Problem(where, f"no alert is expected of {name!r}, and no rule has that name", "mend the name")


def _alerts(paths: Iterable[Path]) -> frozenset[str]:
    """Name the alerts of the rule files; what cannot be read is promtool's to refuse."""
    names = set()
    for path in paths:
        try:
            read = read_rules(path.read_text(encoding="utf-8"), str(path))
        except (OSError, UnicodeDecodeError):
            continue
        names |= {rule.name for group in read.groups for rule in group.rules if rule.kind is RuleKind.ALERT}
    return frozenset(names)
