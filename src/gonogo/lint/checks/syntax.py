"""A file is not a valid rule file, or an expression is not PromQL: at the next reload the server refuses it.

All mistakes of form are reported at once, each with its place: invalid YAML, unknown and repeated keys, a rule with
both or neither of `record` and `alert`, invalid names and durations, and the wrong characters in an expression.
promtool is asked first: an expression that it accepts is PromQL, even if this check does not understand it. Of two
promtools the newer one decides. Only vmalert judges the expressions of its own files. A label value that is not a text
(``critical: no``, ``severity: 1``) is a warning: Prometheus takes the characters as written, and other readers of YAML
take ``false`` or a number. In a ``PrometheusRule`` it is an error, for labels and annotations: there Kubernetes accepts
only texts, and refuses the resource.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.formats.dialect import Dialect
from gonogo.formats.sources import SourceFile, WrittenRule
from gonogo.formats.yaml import Loc, YamlDocument, lines_of
from gonogo.lint.core.arbiter import newest
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.core.estate import position_of
from gonogo.model.finding import Span
from gonogo.promql.refusal import Refusal, Unjudged

_TRUTHS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
"""Words that YAML 1.1 reads as truth values if they have no quotes."""

_WORD = re.compile(r"[\w./:-]*\w")


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the mistakes in the form of files, and the expressions that promtool has not accepted."""
    accepted = newest(estate.arbiters).accepted if estate.arbiters else frozenset[str]()
    for file in estate.files:
        yield from _mistakes(file)
        judged = estate.dialect is Dialect.PROMETHEUS and file.path not in accepted
        for rule in file.rules if judged else ():
            if rule.tree is None:
                yield from _refused(rule)
        for rule in file.rules:
            yield from _no_texts(rule, custom=file.custom)


def _mistakes(file: SourceFile) -> Iterator[Hit]:
    lines = lines_of(file.text) if file.problems else ()
    for problem in file.problems:
        start = position_of(problem, file.path)
        line = lines[start.line - 1] if start.line <= len(lines) else ""
        word = _WORD.match(line, start.column - 1)
        yield Hit(Span(start, len(word[0]) if word else 1), _message(problem))


def _no_texts(rule: WrittenRule, *, custom: bool) -> Iterator[Hit]:
    for section in ("labels", "annotations") if custom else ("labels",):
        given = rule.document.at((*rule.loc, section))
        for name, value in given.items() if isinstance(given, dict) else ():
            if read := _read_elsewhere(rule.document, (*rule.loc, section, name), value):
                written = rule.document.text((*rule.loc, section, name))
                effect = (
                    "which Kubernetes refuses, because it accepts only texts here"
                    if custom
                    else f"which Prometheus reads as a text and other programs as {read}"
                )
                message = f"{name!r} is {written} without quotes, {effect}; write '{written}' in quotes"
                yield rule.hit(rule.at_value(section, name), message, None if custom else Severity.WARNING)


def _read_elsewhere(document: YamlDocument, loc: Loc, value: object) -> str:
    """Return what a reader of YAML 1.1 reads instead of a text; empty if it reads a text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value}"
    truth = _TRUTHS.get(value.lower()) if isinstance(value, str) else None
    return truth if truth and document.position(loc) == document.text_position(loc) else ""


def _message(problem: Problem) -> str:
    return f"{problem.message}; {problem.next_step}" if problem.next_step else problem.message


def _refused(rule: WrittenRule) -> Iterator[Hit]:
    refusal = rule.read
    if isinstance(refusal, Refusal) and not isinstance(refusal, Unjudged):
        message = f"this is not PromQL: {refusal.message}; the server would refuse the whole file"
        yield rule.hit(rule.at_part(refusal.start, refusal.end), message)


CHECK = Check(
    id="syntax",
    severity=Severity.ERROR,
    find=find,
    bad=Example(
        {"rules.yml": "groups: [{name: web, rules: [{alert: Errors, expr: 'rate(errors_total) > 1', fro: 5m}]}]\n"}
    ),
    good=Example(
        {"rules.yml": "groups: [{name: web, rules: [{alert: Errors, expr: 'rate(errors_total[5m]) > 1', for: 5m}]}]\n"}
    ),
)
