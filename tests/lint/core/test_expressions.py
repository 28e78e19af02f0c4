"""The expressions of a policy are linted like rules, as far as an expression alone shows a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.lint.core.catalogue import checks
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.expressions import OF_EXPRESSIONS, expression_findings
from gonogo.lint.inputs import policy_inputs
from gonogo.model.finding import Finding
from tests.policy_folder import policy_folder


def found(folder: Path, expression: str) -> tuple[Finding, ...]:
    """Lint a policy with the expression ``e``."""
    folder.mkdir(exist_ok=True)
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 15s}\nscrape_configs: [{job_name: web, static_configs: [{targets: [a]}]}]\n",
        encoding="utf-8",
    )
    signals = f"signals:\n  e:\n    scope: shared\n    expr: |\n      {expression}\n"
    policy_file = policy_folder(folder, more=f"prometheus: {{config: prometheus.yml}}\n{signals}")
    inputs = policy_inputs(policy_file)
    assert inputs.expressions is not None
    estate = Estate(tuple(inputs.files.values()), inputs.configuration, complete=True, version=(2, 42))
    return expression_findings(estate, inputs.expressions)


def test_the_checks_exist() -> None:
    """Each is one of the checks of rules."""
    assert set(OF_EXPRESSIONS) <= set(checks())


@pytest.mark.parametrize(
    ("expression", "check", "column"),
    [
        ("sum by (metric_realm) (rate(requests_total[20s]))", "window-lt-2x-scrape", 35),
        ('sum by (metric_realm) (queue{job=~"web"})', "regexp-needless", 30),
        ("sum by (metric_realm) (rate(temperature_celsius[5m]))", "counter-function-on-gauge", 30),
        ("avg by (metric_realm) (rate(a_total[5m]) / rate(b_total[5m]))", "nan-in-aggregation", 48),
        ('sum by (metric_realm) ({job="web"})', "selector-without-name", 30),
    ],
)
def test_a_mistake_is_found_at_its_place(tmp_path: Path, expression: str, check: str, column: int) -> None:
    """The finding names the policy, the line and the column of the part."""
    finding = next(one for one in found(tmp_path, expression) if one.check == check)
    start = finding.where.start
    assert (Path(start.path).name, start.column) == ("gonogo.yaml", column)
    assert (tmp_path / "gonogo.yaml").read_text(encoding="utf-8").splitlines()[start.line - 1].strip() == expression
    assert finding.rule == "signal:e"


def test_a_good_expression_has_no_finding(tmp_path: Path) -> None:
    """The checks of names, files and tests are not asked."""
    assert found(tmp_path, "sum by (metric_realm) (rate(requests_total[5m]))") == ()


def test_a_signal_with_the_name_of_its_metric_does_not_read_itself(tmp_path: Path) -> None:
    """The signal is no recorded series of that name."""
    own = found(tmp_path / "own", "sum by (metric_realm) (rate(e[5m]))")
    other = found(tmp_path / "other", "sum by (metric_realm) (rate(f[5m]))")
    assert [one.check for one in own] == [one.check for one in other] == ["rate-on-gauge"]


def test_a_policy_without_expressions_has_none(tmp_path: Path) -> None:
    """A count of alerts is no expression."""
    assert policy_inputs(policy_folder(tmp_path, more="signals: {pages: {alerts: {}}}\n")).expressions is None


def test_a_policy_that_is_gone_is_a_problem(tmp_path: Path) -> None:
    """The places of its expressions are not known any more."""
    policy_file = policy_folder(tmp_path, more="signals: {e: {expr: 'up', scope: shared}}\n")
    policy_file.path.unlink()
    inputs = policy_inputs(policy_file)
    assert inputs.expressions is None
    assert any("gonogo.yaml" in str(problem) for problem in inputs.problems)
