"""The pack as a whole: all needed rules, the same pack each time, and no silent test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import yaml

from gonogo.durations import parse_duration
from gonogo.model.condition import parse_criterion
from gonogo.model.heartbeat import Heartbeat
from gonogo.model.policy import DryRun, Policy
from gonogo.model.replacing import replace
from gonogo.model.rule import Rule, RuleKind
from gonogo.rulepack.assemble import MARK, Pack, grouped, groups, needed, pack, reads
from tests.rulepack.policies import INTERVAL, gate, of_services, preset_policy

POLICIES = (
    preset_policy(),
    of_services(),
    replace(preset_policy(), realm=None),
    replace(of_services(), realm=None, weights={"uptime": 1.0}),
    replace(preset_policy(), weights={}, slos=()),
    preset_policy(Heartbeat(window=timedelta(seconds=8), fresh=timedelta(seconds=30))),
    replace(preset_policy(), gates=(gate("heartbeat", ["heartbeat_ok == 1"], abort=["heartbeat_ok < 1"]),)),
)


def names(policy: Policy) -> list[str]:
    """Return the names of the gates that a policy needs."""
    return [chosen.name for chosen in needed(policy, INTERVAL)]


def test_a_policy_without_gates_needs_no_rules() -> None:
    """The pack has neither rules nor tests."""
    assert names(replace(preset_policy(), gates=())) == []
    assert pack(replace(preset_policy(), gates=()), INTERVAL).tests_yaml == {}


def test_rules_that_a_needed_rule_reads_are_needed_too() -> None:
    """Uptime and V count fresh samples, so they need the rules of the heartbeat, but not the alerts of its gate."""
    policy = replace(preset_policy(), gates=(gate("mine", ["green_uptime_ratio >= 0.9"]),))
    assert names(policy) == ["heartbeat", "uptime"]
    _, alerts = groups(policy, INTERVAL)
    assert [rule.name for group in alerts for rule in group.rules] == ["HeartbeatVanished"]


def test_signals_of_the_certificate_need_their_rules() -> None:
    """A dry run may be judged by a signal that no gate requires."""
    certify = (
        parse_criterion("share(canary_samples >= 1) >= 0.9"),
        parse_criterion("mean(dr_rehearsal_age_hours) <= 1"),
    )
    policy = replace(preset_policy(), gates=(), dry_run=DryRun(certify=certify))
    assert names(policy) == ["canary-quorum-pass", "dr-rehearsal-24h-pass"]


def test_rules_that_read_each_other_share_a_group() -> None:
    """V and uptime are evaluated after their inputs, and month-long ranges never delay the heartbeat."""
    rules, _ = groups(preset_policy(), INTERVAL)
    assert [(group.name, len(group.rules)) for group in rules][:4] == [
        ("duri-heartbeat", 7),
        ("duri-error-budget-burn-ok", 2),
        ("duri-canary-quorum-pass", 3),
        ("duri-dr-rehearsal-24h-pass", 2),
    ]
    assert not {"duri-stability", "duri-uptime"} & {group.name for group in rules}
    seen: list[str] = []
    for rule in rules[0].rules:
        later = {other.name for other in rules[0].rules} - set(seen)
        assert not any(name in rule.expression for name in later)
        seen.append(rule.name)


@pytest.fixture(scope="module", params=range(len(POLICIES)))
def made(request: pytest.FixtureRequest) -> tuple[Policy, Pack]:
    """Return each policy with its pack. Each pack is made once."""
    policy = POLICIES[request.param]
    return policy, pack(policy, INTERVAL)


def test_the_pack_is_the_same_each_time(made: tuple[Policy, Pack]) -> None:
    """The same policy gives the same bytes, and every file names its author."""
    policy, packed = made
    assert packed == pack(policy, INTERVAL)
    assert all(text.startswith(MARK) for text in (packed.rules_yaml, packed.alerts_yaml, *packed.tests_yaml.values()))


def test_every_scenario_asserts_something(made: tuple[Policy, Pack]) -> None:
    """The assertion is at an evaluated time, and names a metric or alert of the rules."""
    _, packed = made
    recorded = {rule["record"] for rule in _rules(packed.rules_yaml)}
    alerts = {rule["alert"] for rule in _rules(packed.alerts_yaml)}
    assert packed.tests_yaml
    for text in packed.tests_yaml.values():
        content = yaml.safe_load(text)
        assert content["tests"]
        every = parse_duration(content["evaluation_interval"])
        for scenario in content["tests"]:
            series, told = scenario.get("promql_expr_test", []), scenario.get("alert_rule_test", [])
            assert series or told
            assert {one["alertname"] for one in told} <= alerts
            for one in series:
                assert one["expr"].removeprefix("round(").removesuffix(", 0.000001)") in recorded
            for one in (*series, *told):
                assert parse_duration(one["eval_time"]) % every == timedelta(0)


def test_every_rule_and_alert_is_asserted(made: tuple[Policy, Pack]) -> None:
    """Each record gives a value in some scenario, and each alert fires in one and does not fire in another."""
    _, packed = made
    files = [yaml.safe_load(text) for text in packed.tests_yaml.values()]
    valued = {_metric(e["expr"]) for e in _expectations(files, "promql_expr_test") if e["exp_samples"]}
    assert valued == {rule["record"] for rule in _rules(packed.rules_yaml)}
    told = list(_expectations(files, "alert_rule_test"))
    alerts = {rule["alert"] for rule in _rules(packed.alerts_yaml)}
    assert {one["alertname"] for one in told if one["exp_alerts"]} == alerts
    assert {one["alertname"] for one in told if not one["exp_alerts"]} == alerts


def _rules(text: str) -> list[dict[str, str]]:
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def _expectations(files: list[dict[str, list[dict[str, list[dict[str, str]]]]]], key: str) -> Iterator[dict[str, str]]:
    for content in files:
        for scenario in content["tests"]:
            yield from scenario.get(key, [])


def _metric(expression: str) -> str:
    return expression.removeprefix("round(").split(",")[0]


SECOND = timedelta(seconds=1)


def rule(name: str, expression: str) -> Rule:
    """Make a recording rule."""
    return Rule(RuleKind.RECORD, name, expression)


def test_a_rule_joins_the_group_of_its_inputs() -> None:
    """The given order stays, so that every input is recorded before it is read."""
    groups = grouped(
        "p",
        (
            ("first", (rule("a", "x"), rule("b", "a"))),
            ("second", (rule("c", "y"),)),
            ("third", (rule("d", "sum(b) + 1"),)),
            ("nothing", ()),
        ),
        SECOND,
    )
    assert [(group.name, [r.name for r in group.rules]) for group in groups] == [
        ("p-first", ["a", "b", "d"]),
        ("p-second", ["c"]),
    ]
    assert {group.interval for group in groups} == {SECOND}


def test_a_rule_reads_a_metric_by_its_whole_name() -> None:
    """A name within a longer name is another metric."""
    assert reads([rule("d", "ab + 1")], [rule("ab", "x")])
    assert not reads([rule("d", "abc + 1")], [rule("ab", "x")])
