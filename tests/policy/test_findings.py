"""The policy linted with the intervals of its own files."""

from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.errors import PolicyError
from gonogo.model.policy import Policy
from gonogo.model.rule import RuleGroup
from gonogo.policy.complaints import PolicyFinding, PolicySeverity
from gonogo.policy.consistency import Intervals
from gonogo.policy.findings import lint, policy_warnings, warning_lines
from gonogo.policy.lint_alarms import rolling_windows
from gonogo.policy.load import PolicyFile, load, said
from gonogo.rulepack.gates.catalogue import PRESET_GATES
from tests.policy.policy_files import loaded, mistakes

POLICY = "version: 1\nprometheus: {config: prometheus.yml}\nheartbeat: {every: 45s, window: 6m}\n"
ELSEWHERE = "version: 1\nheartbeat: {textfile_dir: ., pushgateway: 'http://h:9091', read: push, labels: {zone: a}}\n"


def policy_file(folder: Path, config: str | None) -> PolicyFile:
    """Write a policy of the preset, and a configuration beside it."""
    (folder / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    if config is not None:
        (folder / "prometheus.yml").write_text(config, encoding="utf-8")
    return load(folder / "gonogo.yaml")


def test_a_window_under_two_scrapes_stops_every_command(tmp_path: Path) -> None:
    """With scrapes every four minutes, six minutes cannot show a change."""
    found = policy_file(tmp_path, "global: {scrape_interval: 4m}\n")
    with pytest.raises(PolicyError, match="scrape"):
        policy_warnings(found, ())


@pytest.mark.parametrize(
    "config", [None, "global: {scrape_interval: 15s}\n", "[]", "global: {scrape_interval: soon}", "{"]
)
def test_other_configurations_leave_only_the_warnings_of_the_preset(tmp_path: Path, config: str | None) -> None:
    """Promtool, not the policy lint, reports a configuration that cannot be read."""
    found = policy_file(tmp_path, config)
    warnings = policy_warnings(found, (RuleGroup("g", (), timedelta(seconds=30)),))
    assert {warning.check for warning in warnings} == {"for-lt-window"}
    assert "gates.heartbeat.abort.0: " in said(warnings[0], found)


def test_a_binary_configuration_names_no_interval(tmp_path: Path) -> None:
    """Promtool reports a configuration that is no text, too."""
    found = policy_file(tmp_path, None)
    (tmp_path / "prometheus.yml").write_bytes(b"\xff\xfe")
    assert policy_warnings(found, ())


def test_the_presets_own_warnings_are_counted_and_others_are_written_out(tmp_path: Path) -> None:
    """A policy without gates gets the number of warnings. A policy with gates gets each warning."""
    (tmp_path / "gonogo.yaml").write_text("version: 1\n", encoding="utf-8")
    plain = load(tmp_path / "gonogo.yaml")
    (line,) = warning_lines(plain, policy_warnings(plain, ()))
    assert line.startswith("6 warnings")
    assert warning_lines(plain, ()) == ()
    (tmp_path / "gonogo.yaml").write_text(ELSEWHERE, encoding="utf-8")
    elsewhere = load(tmp_path / "gonogo.yaml")
    assert warning_lines(elsewhere, policy_warnings(elsewhere, ())) == (line,)
    own = policy_file(tmp_path, None)
    assert len(warning_lines(own, policy_warnings(own, ()))) == 6


SECOND = timedelta(seconds=1)


def found(
    policy: Policy, *, scrape: float | None = 15, evaluation: float | None = 15, severity: PolicySeverity | None = None
) -> list[PolicyFinding]:
    """Lint with intervals in seconds. Every signal is recorded at the interval of evaluations."""
    times = [None if time is None else time * SECOND for time in (scrape, evaluation)]
    recording = {} if times[1] is None else {signal.metric: times[1] for signal in policy.signals.values()}
    findings = lint(policy, Intervals(times[0], times[1], recording))
    return [finding for finding in findings if severity in {None, finding.severity}]


def test_windows_of_fewer_than_two_scrapes_are_errors(tmp_path: Path) -> None:
    """Such a window cannot show a change."""
    policy = loaded(tmp_path).policy
    checks = {(finding.check, finding.loc[-1]) for finding in found(policy, scrape=181, severity=PolicySeverity.ERROR)}
    assert checks == {("window-lt-2x-scrape", "window"), ("fresh-not-over-every", "fresh")}
    assert not found(policy, scrape=75, severity=PolicySeverity.ERROR)


def test_windows_of_fewer_than_two_evaluations_are_errors(tmp_path: Path) -> None:
    """Neither ``for`` nor ``falling`` can be judged from one sample."""
    policy = loaded(tmp_path).policy
    errors = found(policy, evaluation=151, severity=PolicySeverity.ERROR)
    lists = [(gate.name, kind, getattr(gate, kind)) for gate in policy.gates for kind in ("require", "abort", "warn")]
    five = {
        ("gates", name, kind, at)
        for name, kind, all_ in lists
        for at, condition in enumerate(all_)
        if condition.terms[0].window == timedelta(minutes=5)
    }
    assert {finding.loc for finding in errors} == five
    assert len(five) >= 5
    assert (
        errors[0].message == "5m is shorter than two evaluations of the rule that records heartbeat_ok, one every 2m31s"
    )
    assert errors[0].next_step == "use at least 5m2s, or evaluate the rule more often"
    assert {f.check for f in found(policy, evaluation=1000, severity=PolicySeverity.ERROR)} == {"window-lt-2x-interval"}


def test_a_burn_that_one_objective_of_two_cannot_reach_is_a_warning(tmp_path: Path) -> None:
    """The other objective can still be judged. The warning names the objective that cannot be reached."""
    text = """
slos:
  - {name: strict, objective: 0.999, bad: x, total: y}
  - {name: loose, objective: 0.9, bad: x, total: y}
gates: {g: {warn: [error_budget_burn_7d > 14.4]}}
"""
    policy = loaded(tmp_path, text).policy
    (finding,) = [finding for finding in found(policy) if finding.check == "threshold-unreachable"]
    assert finding.severity is PolicySeverity.WARNING
    assert (
        finding.message == "error_budget_burn_7d is at most 10 (the objective 0.9 of loose), so it never reaches 14.4"
    )


def test_a_burn_without_objectives_has_no_bound(tmp_path: Path) -> None:
    """Without SLOs the highest burn rate is not known."""
    policy = loaded(tmp_path, "slos: null\ngates: {g: {warn: [error_budget_burn_7d > 5000 for 21d]}}").policy
    assert "threshold-unreachable" not in {finding.check for finding in found(policy)}


@pytest.mark.parametrize(
    ("signal", "condition", "check"),
    [
        ("[0, 1]", "s < 0", "never-holds"),
        ("[0, 1]", "s > 1", "never-holds"),
        ("[1, 1]", "s != 1", "never-holds"),
        ("[0, 1]", "s <= 1", "always-holds"),
        ("[1, 1]", "s == 1", "always-holds"),
        ("[0, null]", "s >= 0", "always-holds"),
        ("[0, 1]", "s == 0.5", None),
        ("[0, 1]", "s < 1", None),
        ("[null, null]", "s < 1", None),
        ("[0, null]", "s > 1e300", None),
    ],
)
def test_a_comparison_that_the_range_decides_is_found(
    tmp_path: Path, signal: str, condition: str, check: str | None
) -> None:
    """The condition is always or never true within the range of its signal."""
    base = f"preset: null\nsignals: {{s: {{range: {signal}}}}}\n"
    gate = f"gates: {{g: {{require: [{condition}]}}}}"
    if check == "never-holds":
        assert "is never" in mistakes(tmp_path, base + gate)[0]
        return
    policy = loaded(tmp_path, base + gate).policy
    assert [finding.check for finding in found(policy)] == ([check] if check else [])


def test_a_fresh_limit_at_a_multiple_of_the_beat_is_a_warning_with_its_rates(tmp_path: Path) -> None:
    """At a whole multiple of the beat, the wait for the scrape turns single losses into alarms."""
    policy = loaded(tmp_path, "heartbeat: {every: 60s}").policy
    (finding,) = [finding for finding in found(policy) if finding.check == "fresh-multiple-of-every"]
    assert finding.loc == ("heartbeat", "fresh")
    assert (
        "a false alarm on over 99 % of healthy days (a false alarm on 13 % of healthy days at 2m30s)" in finding.message
    )
    assert "an outage of 60s is missed with probability 1" in finding.message
    assert finding.next_step == "use 2m30s, or beat more often"


def test_a_window_of_few_beats_is_a_warning_with_its_rates(tmp_path: Path) -> None:
    """A window of two beats reads 0 whenever both beats are lost."""
    policy = loaded(tmp_path, "heartbeat: {window: 100s}").policy
    (finding,) = [finding for finding in found(policy) if finding.check == "window-lt-5x-every"]
    assert "1m40s has room for 2 beats: changes is 0 on 17 % of healthy days" in finding.message
    single = loaded(tmp_path, "heartbeat: {window: 46s}").policy
    assert any("46s has room for 1 beat: changes is 0 on over 99 %" in finding.message for finding in found(single))


def test_a_for_shorter_than_the_rolling_window_is_a_warning_with_its_rates(tmp_path: Path) -> None:
    """A shorter ``for`` does not filter what the window keeps true."""
    text = """
gates:
  heartbeat:
    require: [heartbeat_ok == 1 for 2m]
    abort: [heartbeat_ok != 1 for 5m, heartbeat_changes_6m < 1 for 5m, heartbeat_ok != 1 for 6m]
  canary-quorum-pass: {abort: [canary_samples < 300 for 5m], warn: null}
"""
    policy = loaded(tmp_path, text).policy
    messages = {finding.loc[1:]: finding.message for finding in found(policy) if finding.check == "for-lt-window"}
    assert messages["heartbeat", "require", 0].endswith("the signal covers this time already, so the for has no effect")
    assert (
        "the next beat ends the condition, so it is a false alarm on under 0.001 % of healthy days"
        in messages["heartbeat", "abort", 0]
    )
    assert "is seen after at most 435s" in messages["heartbeat", "abort", 0]
    assert "seen after at most 675s" in messages["heartbeat", "abort", 1]
    assert ("heartbeat", "abort", 2) not in messages
    samples = messages["canary-quorum-pass", "abort", 0]
    assert samples.startswith("for 5m is shorter than the window of canary_samples, 15m: ")
    assert "a false alarm on over 99 % of days (" in samples
    assert "% for 45m); no violation of 5m is missed" in samples


def test_rates_are_given_without_known_intervals(tmp_path: Path) -> None:
    """An unknown interval of the server gets a default, or its rate is left out."""
    policy = loaded(tmp_path, "heartbeat: {every: 60s}").policy
    messages = [finding.message for finding in found(policy, scrape=None, evaluation=None)]
    assert any("a false alarm on over 99 % of healthy days" in message for message in messages)


def test_rolling_windows_are_read_from_the_rules(tmp_path: Path) -> None:
    """A window is followed through recorded metrics. The longest window counts."""
    windows = rolling_windows(loaded(tmp_path).policy, 30 * SECOND)
    assert windows["duri_heartbeat_ok"] == timedelta(minutes=6)
    assert windows["duri_canary_samples"] == timedelta(minutes=15)
    assert windows["duri_error_budget_burn_30d"] == timedelta(days=30)
    assert windows["duri_lyapunov_v"] == timedelta(days=7)
    assert "duri_heartbeat_fresh_120s" not in windows


def test_a_policy_without_heartbeat_signals_gets_no_heartbeat_warnings(tmp_path: Path) -> None:
    """The heartbeat's defaults matter only if a signal comes from the heartbeat."""
    policy = loaded(tmp_path, "preset: null\nheartbeat: {every: 60s}\nsignals: {a: {}}\ngates: {g: {require: [a > 1]}}")
    assert found(policy.policy) == []


@pytest.mark.parametrize("intervals", [(None, None), (1, 1), (15, 15), (30, 60), (60, 60)])
def test_the_preset_has_no_errors_and_the_docs_explain_its_warnings(
    tmp_path: Path, intervals: tuple[float | None, float | None]
) -> None:
    """Every finding of the preset is a warning, and docs/policy.md quotes the condition."""
    docs = (Path(__file__).parents[2] / "docs/policy.md").read_text(encoding="utf-8")
    argued = docs.partition("## The preset's own warnings")[2]
    policy = loaded(tmp_path).policy
    findings = found(policy, scrape=intervals[0], evaluation=intervals[1])
    assert {finding.severity for finding in findings} == {PolicySeverity.WARNING}
    conditions = {gate.name: gate for gate in policy.gates}
    for finding in findings:
        gate = conditions[str(finding.loc[1])]
        condition = getattr(gate, str(finding.loc[2]))[int(finding.loc[3])]
        assert f"`{condition}`" in argued
    assert len(PRESET_GATES) == len(policy.gates)


def test_a_gate_that_requires_nothing_is_a_warning(tmp_path: Path) -> None:
    """Such a gate is always HOLD."""
    policy = loaded(tmp_path, "preset: null\ngates: {g: {require: []}}").policy
    assert [(finding.check, finding.loc) for finding in found(policy)] == [("asks-nothing", ("gates", "g"))]


def test_a_range_in_the_policy_may_be_narrower_than_the_possible_values(tmp_path: Path) -> None:
    """Thresholds are then compared with the range of the policy."""
    text = "signals: {heartbeat_changes_6m: {range: [0, 5]}}\ngates: {g: {require: [heartbeat_changes_6m >= 6]}}"
    assert "6 is outside the range of heartbeat_changes_6m, [0, 5]" in mistakes(tmp_path, text)[0]
    assert loaded(tmp_path, text.replace(">= 6", ">= 5")).policy.gates[-1].name == "g"


def test_a_burn_signal_without_an_slo_has_no_known_bound(tmp_path: Path) -> None:
    """A signal that belongs to no SLO of the policy may have any value."""
    text = "signals: {error_budget_burn_1h: {range: [0, null]}}\ngates: {g: {require: [error_budget_burn_1h <= 9999]}}"
    assert "threshold-unreachable" not in {finding.check for finding in found(loaded(tmp_path, text).policy)}
