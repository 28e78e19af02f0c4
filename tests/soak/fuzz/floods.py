"""Places in rule files and tests that accept any text, and texts that repeat one short piece."""

from __future__ import annotations

import json
from random import Random

from gonogo.lint.core.check import Example
from tests.example_estate import CONFIGURATION, ROUTES
from tests.soak.fuzz.promql_mutators import WORDS
from tests.soak.fuzz.seeds import RULES, TESTS
from tests.soak.fuzz.text_mutators import ODD, SYNTAX, YAML

PLACES: dict[str, tuple[str, str]] = {
    "expression": (RULES, "groups: [{name: g, rules: [{alert: A, expr: @}]}]"),
    "record": (RULES, "groups: [{name: g, rules: [{record: @, expr: x}]}]"),
    "annotation": (RULES, "groups: [{name: g, rules: [{alert: A, expr: x > 1, annotations: {summary: @}}]}]"),
    "label": (RULES, "groups: [{name: g, rules: [{alert: A, expr: x > 1, labels: {severity: @}}]}]"),
    "label name": (RULES, "groups: [{name: g, rules: [{alert: A, expr: x > 1, labels: {@: x}}]}]"),
    "for": (RULES, "groups: [{name: g, interval: @, rules: [{alert: A, expr: x > 1, for: @}]}]"),
    "group": (RULES, "groups: [{name: @, rules: [{alert: @, expr: x > 1}]}]"),
    "series": (TESTS, "rule_files: [rules.yml]\ntests: [{interval: 1m, input_series: [{series: @, values: 1x9}]}]"),
    "values": (TESTS, "tests: [{interval: 1m, input_series: [{series: x, values: @}], promql_expr_test: [{expr: x}]}]"),
    "tested": (TESTS, "tests: [{interval: 1m, promql_expr_test: [{expr: @, eval_time: 5m}]}]"),
    "eval_time": (TESTS, "evaluation_interval: @\ntests: [{alert_rule_test: [{alertname: A, eval_time: @}]}]"),
    "rule_files": (TESTS, "rule_files: [@]\ngroup_eval_order: [@]\ntests: []"),
    "route": (ROUTES, "route: {receiver: r, routes: [{matchers: [@], receiver: r}]}\nreceivers: [{name: r}]"),
    "route regexp": (ROUTES, "route: {receiver: r, match_re: {a: @}}\nreceivers: [{name: r}]"),
    "job": (CONFIGURATION, "rule_files: [x.yml]\nscrape_configs: [{job_name: @, scrape_interval: @}]"),
}
"""Name of a file and its text, with a ``@`` for each place of a quoted text."""

FORMS = ('"{}"', "'{}'", '"\\{}', "{{{{ {} }}}}", "{{{{{}", 'x{{a=~"{}"}}', "# gonogo: disable={}", "{}")
"""How the pieces are framed; the last one is as it is."""
PIECES = (
    *SYNTAX,
    *ODD,
    *WORDS,
    *YAML,
    '\\"',
    "\\'",
    "{{",
    "}}",
    "{{ $",
    "{{ query",
    "x[",
    "x{",
    '"x',
    "a|",
    "(a",
    "_x9 ",
)


HOSTILE = (
    *(
        '\\"',
        "\\'",
        '"',
        "'",
        "`",
        "{",
        "{{",
        "}}",
        "{{ query ",
        "{{ $value ",
        "{{/*",
        "{{ if 1 }}",
        "x[",
        "x{",
        "(",
        "[",
    ),
    *(
        "-",
        "x+",
        "a or ",
        "# gonogo: disable=",
        "gonogo ",
        "_ ",
        "1x9 ",
        "xx9",
        " ",
        "\n",
        "@ ",
        "1.",
        "a|",
        "(a",
        "a*",
        "[a-",
    ),
    *('group "', '", rule ', "&a ", "\\", "sum(", "by (", "é", "中", "\u0301", "\u2028", "\x1b"),
)
"""Pieces of which many in a row are slow to read for whoever starts over at each of them."""


def sweep(number: int, size: int) -> tuple[str, str]:
    """Return the place and the text of a number. All places get the first hostile piece, then the next piece."""
    piece = HOSTILE[number // len(PLACES) % len(HOSTILE)]
    return list(PLACES)[number % len(PLACES)], piece * (size // len(piece))


def filled(place: str, text: str) -> Example:
    """Put a text, quoted, into a place. Rules and tests are beside it."""
    name, form = PLACES[place]
    rules = "groups: [{name: g, rules: [{record: a:b, expr: x}, {alert: A, expr: a:b > 1, for: 1m}]}]\n"
    tests = "rule_files: [rules.yml]\ntests: [{promql_expr_test: [{expr: a:b}], alert_rule_test: [{alertname: A}]}]\n"
    return Example({RULES: rules, TESTS: tests, name: form.replace("@", json.dumps(text, ensure_ascii=False)) + "\n"})


def flood(chance: Random, size: int) -> str:
    """Return a text that repeats one or two pieces, in one of the forms."""
    piece = "".join(chance.choices(PIECES, k=chance.choice((1, 1, 2))))
    return chance.choice(FORMS).format(piece * max(1, size // len(piece)))
