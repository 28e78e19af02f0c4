"""The series that an expression can give in a test: gonogo never finds too few."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.promql.label_set import LabelSet
from gonogo.ruletests.core.input_values import Window
from gonogo.ruletests.core.possible_series import LabelSets, PossibleSeries
from tests.ruletests.core.loading import load_text

RULES = """[{name: a, rules: [
  {record: job:x, expr: sum by (job) (x), labels: {tier: web, gone: ''}}, {record: loop, expr: loop or x},
  {record: odd, expr: 'x >'}, {record: far, expr: 'x offset 1h'}, {record: joined, expr: x * on (job) x},
  {alert: High, expr: x > 1, labels: {severity: page}}, {alert: Named, expr: x > 1, labels: {job: '{{ $value }}'}}]}]"""
SERIES = ("x{job='a',env='p'} 1x20", "x{job='b'} _x15 1x5", "y 1x3", "z 1x3 stale", "w 1x3 _x30 1")


def possible(*series: str, rules: str = RULES, step: str = "1m") -> PossibleSeries:
    """Feed series in, each with its values after a space."""
    rows = ", ".join(
        f'{{series: "{name}", values: "{values}"}}' for name, _, values in (one.partition(" ") for one in series)
    )
    loaded = load_text(rules, f"evaluation_interval: {step}\ntests: [{{interval: 1m, input_series: [{rows}]}}]\n")
    return PossibleSeries(loaded, loaded.unit.tests[0])


def shown(sets: LabelSets) -> list[str] | None:
    """Write label sets, the name first, and an absent label as no text. The result is ``None`` for any series."""
    return None if any(one.rest.others for one in sets) else sorted(map(written, sets))


def written(labels: LabelSet) -> str:
    """Write the values of each label."""
    there = [(name, domain) for name, domain in sorted(labels.named.items()) if not domain.is_absent]
    pairs = ((name, "…" if domain.others else "|".join(sorted(domain.values))) for name, domain in there)
    return " ".join(f"{name}={value}".removeprefix("__name__=") for name, value in pairs)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("x", ["x env=p job=a"]),
        ("x > 1", ["|x env=p job=a"]),
        ("1 < x", ["|x env=p job=a"]),
        ("-x", ["env=p job=a"]),
        ("time() - x", ["env=p job=a"]),
        ("x > -(1 + time())", ["|x env=p job=a"]),
        ('x{job="c"}', []),
        ('x{job!="a"}', []),
        ("x offset 2h", []),
        ('x{job="b"} offset -5m', ["x job=b"]),
        ('x{job="b"} @ 0', ["x job=b"]),
        ("y", []),
        ("z", ["z"]),
        ("w", ["w"]),
        ("y[20m]", ["y"]),
        ("rate(x[5m])", ["env=p job=a"]),
        ("clamp_max(x, 3)", ["env=p job=a"]),
        ("quantile_over_time(0.5, x[5m])", ["env=p job=a"]),
        ("rate(y[7m])", []),
        ("max_over_time(y[9m])", [""]),
        ("max_over_time(rate(y[2m])[10m:1m])", [""]),
        ('label_replace(x, "a", "b", "c", "d")', ["x a=|b env=p job=a"]),
        ('label_replace(y, "a", "b", "c", "d")', []),
        ('absent(y{job="c"})', ["job=|c"]),
        ("info(x)", None),
        ("vector(1)", [""]),
        ("hour()", [""]),
        ("1", [""]),
        ("sum(x)", [""]),
        ("sum by (job) (x)", ["job=a"]),
        ("sum without (job) (x)", ["env=p"]),
        ("sum(y)", []),
        ("topk(1, x)", ["x env=p job=a"]),
        ('count_values("v", x)', ["v=…"]),
        ('count_values("v", y)', []),
        ("sum(absent(x))", [""]),
        ("x or z", ["x env=p job=a", "z"]),
        ("x or vector(0)", ["", "x env=p job=a"]),
        ("x and z", ["x env=p job=a"]),
        ("x and y", []),
        ("y / x", []),
        ("x unless y", ["x env=p job=a"]),
        ("y unless x", []),
        ("x + z", None),
        ("scalar(y) + x", ["env=p job=a"]),
        ("job:x", ["job:x job=a tier=web"]),
        ("job:x + job:x offset 1m or job:x", None),
        ('job:x{job="b"}', []),
        ('job:x{gone=""}', ["job:x job=a tier=web"]),
        ("loop", None),
        ("odd", None),
        ("far", []),
        ("joined", None),
        (
            'ALERTS{alertname="High"}',
            [f"ALERTS alertname=High alertstate={s} env=p job=a severity=page" for s in ("firing", "pending")],
        ),
        ('ALERTS_FOR_STATE{alertname="High"}', ["ALERTS_FOR_STATE alertname=High env=p job=a severity=page"]),
        ('ALERTS{alertname="Named"}', None),
        ('{job="a", __name__=~"x.*"}', ["x env=p job=a"]),
        ("x >", None),
    ],
)
def test_the_possible_series_of_an_expression_are_found(expression: str, expected: list[str] | None) -> None:
    """Samples, staleness, offsets, labels and rules decide which series exist."""
    assert shown(possible(*SERIES).of(expression, Window.at(timedelta(minutes=10)))) == (
        None if expected is None else sorted(expected)
    )


def test_a_fill_function_can_give_any_series() -> None:
    """A function that fills in for a missing series can give any series."""
    assert shown(possible(*SERIES).of("x + fill(0) y", Window.at(timedelta(minutes=10)))) is None


def test_an_alert_without_series_does_not_exist() -> None:
    """An alert without series does not exist, with any template in its labels."""
    assert possible().of("ALERTS", Window.at(timedelta(0))) == frozenset()


def test_an_empty_result_names_the_missing_selectors() -> None:
    """The result also has the time at which the last input ended."""
    one = possible("x{job='a'} 1x2", "x{job='b'} 1x4")
    assert shown(one.of('job:x{job="c"} or y', Window.at(timedelta(minutes=4)))) == []
    assert (list(one.lacking), one.ended) == (['job:x{job="c"}', "y"], -1)
    assert shown(one.of("job:x", Window.at(timedelta(minutes=20)))) == []
    assert (list(one.lacking)[2:], one.ended) == (["x"], 240_000)


@pytest.mark.parametrize(("step", "there"), [("1m", False), ("3m", True), ("10m", True)])
def test_a_recorded_sample_counts_until_the_next_step(step: str, *, there: bool) -> None:
    """A sample counts for the lookback if that is longer."""
    one = possible("x 1x3", step=step)
    assert bool(one.of("job:x", Window.at(timedelta(minutes=10)))) is there


def test_unreadable_input_may_be_any_series() -> None:
    """Promtool reports the mistake."""
    assert shown(possible("x{ 1").of("y", Window.at(timedelta(0)))) is None


def test_too_complex_rules_may_give_any_series() -> None:
    """The expression is too deep, or the rules or windows are too many."""
    deep = f"{'-(' * 120}x{')' * 120}"
    assert shown(possible().of(deep, Window.at(timedelta(0)))) is None
    chain = ", ".join(f"{{record: r{n}, expr: 'r{n + 1} offset {2**n}ms or r{n + 1}'}}" for n in range(22))
    rules = f"[{{name: a, rules: [{chain}]}}]"
    assert shown(possible(rules=rules).of("r0", Window.at(timedelta(0)))) is None
    chain = ", ".join(f"{{record: r{n}, expr: r{n + 1}}}" for n in range(120))
    assert shown(possible(rules=f"[{{name: a, rules: [{chain}]}}]").of("r0", Window.at(timedelta(0)))) is None
