"""What is said to have no data has none in promtool: hundreds of random assertions of nothing, all of which hold."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from gonogo.programs.promtool import installed_promtool
from gonogo.ruletests.check import places_report
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.possible_series import PossibleSeries
from gonogo.ruletests.core.quiet import Quiet, quiet
from tests.ruletests.core.loading import load_files

pytestmark = [pytest.mark.live, pytest.mark.versions]

FILES = 250
_NAMES = ("a", "b", "r1", "r2")
_LABELS = ("", "", '{j="1"}', '{j!="1"}', '{j=~"1|3"}', '{k=""}')
_OFFSETS = ("", "", "", " offset 3m", " offset -2m")
_RANGES = ("1m", "2m", "5m", "10m")
_OF_RANGES = ("rate", "increase", "max_over_time", "count_over_time", "changes", "irate")
_AROUND = (
    *("sum by (j) ({})", "sum({})", "topk(1, {})", "({}) * 2", "abs({})"),
    *("max_over_time(({})[8m:1m])", "rate(({})[1m:1m])", "rate(({})[2m:1m])"),
)
_BETWEEN = ("or", "and", "unless", "and on (j)", "unless on (j)", "or on (j)")
_SERIES = ("a", "b", 'a{j="1"}', 'a{j="2",k="x"}', 'b{j="1"}')
_VALUES = ("5x3", "5x10", "5x3 stale", "5 _x12 5x2", "_x8 5x9", "5", "0+1x20", "5x2 _x3 5x2", "", "_x3")


def expression(chance: random.Random, depth: int = 0) -> str:
    """Make an expression that always gives what its series give, so that only missing data empties it."""
    selector = chance.choice(_NAMES) + chance.choice(_LABELS)
    offset = chance.choice(_OFFSETS)
    kind = chance.random()
    if depth > 2 or kind < 0.3:
        return selector + offset
    if kind < 0.5:
        return f"{chance.choice(_OF_RANGES)}({selector}[{chance.choice(_RANGES)}]{offset})"
    if kind < 0.75:
        return chance.choice(_AROUND).format(expression(chance, depth + 1))
    return f"({expression(chance, depth + 1)}) {chance.choice(_BETWEEN)} ({expression(chance, depth + 1)})"


def rules(chance: random.Random) -> str:
    """Write two records and an alert."""
    kept = chance.choice(("", ", keep_firing_for: 6m"))
    made = [f"{{record: {name}, expr: '{expression(chance, 1)}'}}" for name in ("r1", "r2")]
    made.append(f"{{alert: Any, expr: '({expression(chance)}) > -1e9'{kept}}}")
    return f"groups: [{{name: g, rules: [{', '.join(made)}]}}]\n"


def asserting_nothing(chance: random.Random) -> str:
    """Write a test in which nothing is ever expected."""
    fed = ", ".join(
        f"{{series: '{name}', values: '{chance.choice(_VALUES)}'}}"
        for name in chance.sample(_SERIES, chance.randint(1, 4))
    )
    alerts = ", ".join(f"{{eval_time: {at}m, alertname: Any}}" for at in chance.sample(range(20), 3))
    asked = ", ".join(f"{{eval_time: {at}m, expr: '{expression(chance)}'}}" for at in chance.sample(range(20), 4))
    head = f"rule_files: [r.yml]\nevaluation_interval: {chance.choice(('1m', '1m', '2m', '3m'))}\n"
    test = f"interval: 1m, input_series: [{fed}], alert_rule_test: [{alerts}], promql_expr_test: [{asked}]"
    return f"{head}tests: [{{{test}}}]\n"


def certain(loaded: Loaded) -> Iterator[Quiet]:
    """List the assertions that are said to hold whatever the thresholds are."""
    return (one for one in quiet(loaded) if not one.has_data(PossibleSeries(loaded, one.test)))


def kept(loaded: Loaded, text: str, found: list[Quiet]) -> str:
    """Leave only these assertions in a test, and one that makes promtool evaluate as far as before."""
    last = f"{int(loaded.unit.tests[0].last.total_seconds())}s"
    alerts = [f"{{eval_time: {one.at.seconds}s, alertname: Any}}" for one in found if _of_alert(one)]
    asked = [f"{{eval_time: {one.at.seconds}s, expr: '{one.about}'}}" for one in found if not _of_alert(one)]
    asked.append(f"{{eval_time: {last}, expr: '1', exp_samples: [{{labels: '{{}}', value: 1}}]}}")
    head = text.partition("alert_rule_test")[0]
    return f"{head}alert_rule_test: [{', '.join(alerts)}], promql_expr_test: [{', '.join(asked)}]}}]\n"


def _of_alert(one: Quiet) -> bool:
    return bool(one.rules)


def passing(folder: Path) -> frozenset[str]:
    """Return the folders of the test files that promtool alone passes."""
    report = places_report((str(folder),), ())
    assert len(report.files) == FILES
    return frozenset(Path(file.path).parent.name for file in report.files if file.promtool)


def test_an_assertion_that_is_called_unfailing_never_fails(tmp_path: Path) -> None:
    """Check alerts and expressions. The thresholds are so low that any result at all would be reported.

    Some rules cannot be evaluated: such a file fails without these assertions as well.
    """
    chance = random.Random(20)  # noqa: S311 - the same files every time
    number = 0
    without: dict[str, str] = {}
    for file in range(FILES):
        rule_text, text = rules(chance), asserting_nothing(chance)
        loaded = load_files({"r.yml": rule_text}, text, installed_promtool().release)
        found = list(certain(loaded))
        number += len(found)
        folder = tmp_path / str(file)
        folder.mkdir()
        (folder / "r.yml").write_text(rule_text, encoding="utf-8")
        (folder / "t.yml").write_text(kept(loaded, text, found), encoding="utf-8")
        without[folder.name] = kept(loaded, text, [])
    assert number > FILES
    failing = without.keys() - passing(tmp_path)
    assert len(failing) < FILES / 10
    for name in failing:
        (tmp_path / name / "t.yml").write_text(without[name], encoding="utf-8")
    assert not failing & passing(tmp_path)
