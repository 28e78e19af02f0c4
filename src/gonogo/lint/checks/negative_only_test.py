"""Tests that only expect no result also pass if the rule can never give one.

A wrong label, a missing input, an impossible threshold: each of them keeps an alert quiet. Add a test in which the
alert fires, or in which the recorded series exists. Only then does the quiet test prove anything.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.formats.test_file import UnitFile
from gonogo.lint.core.asserted import Asserted
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown


def find(estate: Estate, tests: tuple[UnitFile, ...]) -> Iterator[Hit]:
    """Yield the rules whose assertions all expect no result."""
    asserted = Asserted(estate, tests)
    for rule in estate.rules:
        if asserted.named(rule.rule) and not asserted.seen(rule.rule):
            key = "alert" if rule.is_alert else "record"
            only = "this alert not to fire" if rule.is_alert else "this rule to give no result"
            more = "fires" if rule.is_alert else "gives a result"
            yield rule.hit(rule.at_value(key), f"tests only expect {only}; add a test in which it {more}")


_RULES = "groups: [{name: web, rules: [{alert: Errors, expr: errors > 1}]}]\n"
_QUIET = """\
rule_files: [rules.yml]
tests:
  - interval: 1m
    input_series: [{series: errors, values: 0x3 2x3}]
    alert_rule_test:
      - {eval_time: 1m, alertname: Errors, exp_alerts: []}
"""

CHECK = Check(
    id="negative-only-test",
    severity=Severity.WARNING,
    find=WhenKnown(lambda estate: estate.tests, find),
    bad=Example({"rules.yml": _RULES, "rules_test.yml": _QUIET}),
    good=Example(
        {
            "rules.yml": _RULES,
            "rules_test.yml": f"{_QUIET}      - {{eval_time: 5m, alertname: Errors, exp_alerts: [{{}}]}}\n",
        }
    ),
)
