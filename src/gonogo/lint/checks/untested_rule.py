"""No unit test covers the rule, so any edit of it, or of a rule that it reads, can break it unnoticed.

Checked if the tests are known, which are those of the policy. A recording rule counts as tested if an alert or a rule
that reads it is tested. Write an ``alert_rule_test`` or ``promql_expr_test`` that expects a result of the rule.
``gonogo test --coverage`` then reports if the test really depends on the rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.formats.test_file import UnitFile
from gonogo.lint.core.asserted import Asserted
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown


def find(estate: Estate, tests: tuple[UnitFile, ...]) -> Iterator[Hit]:
    """Yield the rules that no assertion reaches."""
    asserted = Asserted(estate, tests)
    for rule in estate.rules:
        if not asserted.reached(rule.rule):
            key = "alert" if rule.is_alert else "record"
            what = "this alert fires" if rule.is_alert else "this rule gives a result"
            yield rule.hit(rule.at_value(key), f"no unit test covers this rule; write a test in which {what}")


_RULES = "groups: [{name: web, rules: [{alert: Errors, expr: errors > 1}, {alert: Down, expr: up == 0}]}]\n"
_TESTED = """\
rule_files: [rules.yml]
tests:
  - interval: 1m
    input_series: [{series: errors, values: 2x5}, {series: up, values: 0x5}]
    alert_rule_test:
      - {eval_time: 1m, alertname: Errors, exp_alerts: [{}]}
"""

CHECK = Check(
    id="untested-rule",
    severity=Severity.WARNING,
    find=WhenKnown(lambda estate: estate.tests, find),
    bad=Example({"rules.yml": _RULES, "rules_test.yml": _TESTED}),
    good=Example(
        {
            "rules.yml": _RULES,
            "rules_test.yml": f"{_TESTED}      - {{eval_time: 1m, alertname: Down, exp_alerts: [{{}}]}}\n",
        }
    ),
)
