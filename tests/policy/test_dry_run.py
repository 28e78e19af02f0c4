"""The settings of a dry run against the gates of the policy."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.errors import PolicyError
from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.policy.complaints import PolicyFinding, PolicySeverity
from gonogo.policy.findings import policy_warnings
from tests.policy.policy_files import loaded, mistakes, problems

OWN = "preset: null\nsignals: {x: {}, y: {}}\n"


def gate(condition: str, run: str) -> str:
    """Write a policy of one gate and these settings of a dry run."""
    return f"{OWN}gates: {{g: {{require: ['{condition}']}}}}\ndry_run: {run}\n"


@pytest.mark.parametrize("run", ["{blind: 30s}", "{blind: 20s}", "{step: 5m}", "{blind: 6s, step: 6s}"])
def test_blind_must_be_longer_than_two_steps(tmp_path: Path, run: str) -> None:
    """A single unknown step would end the run."""
    (found,) = mistakes(tmp_path, gate("x == 1", run))
    assert "is not longer than two steps of" in found
    assert found.startswith("5:")
    assert loaded(tmp_path, gate("x == 1", "{blind: 31s}")).policy.dry_run.blind == timedelta(seconds=31)


@pytest.mark.parametrize(
    ("condition", "run"),
    [
        ("x == 1 for 10m", "{}"),
        ("x == 1 for 1m", "{blind: 1m}"),
        ("x == 1 or y == 1 for 10m", "{}"),
        ("falling(x, 10m)", "{}"),
        ("falling(x, 30m) or y == 1 for 5m", "{}"),
    ],
)
def test_blind_must_be_longer_than_any_for_of_a_requirement(tmp_path: Path, condition: str, run: str) -> None:
    """A gap in the samples leaves such a condition UNKNOWN for as long. The next step can be pasted."""
    (found,) = mistakes(tmp_path, gate(condition, run))
    assert found.startswith("4:")
    assert "gates.g.require[0]: dry_run.blind, " in found
    assert "(write dry_run: {blind: " in found
    suggested = found.partition("(write ")[2].partition(", or ")[0]
    assert loaded(tmp_path, gate(condition, suggested.removeprefix("dry_run: "))).policy.gates


@pytest.mark.parametrize("condition", ["x == 1 for 9m59s", "x <= 0.2 or falling(x, 30m)"])
def test_a_short_for_and_a_falling_that_is_not_needed_fit(tmp_path: Path, condition: str) -> None:
    """A healthy system passes by the other term, without the window of ``falling``."""
    assert loaded(tmp_path, gate(condition, "{}")).policy.gates


def test_an_abort_may_last_longer_than_blind(tmp_path: Path) -> None:
    """Only requirements make the verdict UNKNOWN."""
    text = f"{OWN}gates: {{g: {{require: [x == 1], abort: [x == 0 for 1h], warn: [x == 0 for 2h]}}}}"
    assert loaded(tmp_path, text).policy.gates


@pytest.mark.parametrize(
    "text", ["gates: {g: {require: ['unknown(x) for 5m']}}", "dry_run: {certify: ['share(unknown(x) for 5m) <= 0']}"]
)
def test_unknown_is_refused_where_it_would_be_required(tmp_path: Path, text: str) -> None:
    """A requirement that is UNKNOWN is HOLD already. The next step says where the condition belongs."""
    (found,) = mistakes(tmp_path, f"{OWN}{text}\n")
    assert found.startswith("4:")
    assert "unknown(x) for 5m can be only in abort or warn: a requirement that is UNKNOWN is HOLD already" in found
    assert "(remove it here, and add it to the list abort of the gate that reads x)" in found


def blind_aborts(folder: Path, gates: str) -> list[PolicyFinding]:
    """Return the warnings of a policy about what its aborts cannot see."""
    found = policy_warnings(loaded(folder, f"{OWN}gates: {gates}\n"), ())
    return [finding for finding in found if finding.check == "abort-blind"]


def test_an_abort_that_does_not_see_a_dead_target_is_a_warning(tmp_path: Path) -> None:
    """Only ``blind`` would end the run. The next step has the conditions to add."""
    gates = "{g: {require: [x > 1], abort: [x < 1 for 1m, x < 0 for 10m, y > 3]}}"
    (found,) = blind_aborts(tmp_path, gates)
    assert (found.loc, found.severity) == (("gates", "g", "abort"), PolicySeverity.WARNING)
    assert found.message == (
        "x and y can become UNKNOWN, as when a target dies: then this list cannot end a dry run, and only "
        "dry_run.blind (10m) does"
    )
    assert found.next_step == "add unknown(x) for 10m and unknown(y) for 5m"


@pytest.mark.parametrize(
    "gates",
    [
        "{g: {require: [x > 1]}}",
        "{g: {require: [x > 1], warn: [y > 1]}}",
        "{g: {require: [x > 1], abort: [x < 1, unknown(x) for 5m]}}",
        "{g: {require: [x > 1], abort: [x < 1 or unknown(x) for 5m]}}",
        "{g: {require: [x > 1], abort: [x < 1]}, h: {require: [x > 2], abort: [unknown(x) for 1m]}}",
    ],
)
def test_an_abort_that_sees_it_is_no_warning(tmp_path: Path, gates: str) -> None:
    """An ``unknown`` in any list of aborts ends the run."""
    assert blind_aborts(tmp_path, gates) == []


def test_a_removed_gate_of_the_preset_names_the_line_of_the_certificate(tmp_path: Path) -> None:
    """The preset's certificate asks for V. The message has the line to write, and with it the policy loads."""
    (found,) = problems(tmp_path, "version: 1\ngates:\n  uptime: null\n  stability: null\n")
    assert found.where is not None
    assert (found.where.line, found.where.column) == (4, 14)
    assert found.message == (
        "gates.stability: the gate is removed, but the preset's certificate asks for its signals: "
        "mean(lyapunov_v) <= 0.2; rises(lyapunov_v, 0.2) <= 0"
    )
    line = found.next_step.partition("with the line ")[2]
    kept = loaded(tmp_path, f"gates: {{uptime: null, stability: null}}\n{line}\n").policy.dry_run.certify
    assert [criterion.text for criterion in kept] == [
        "share(heartbeat_ok == 1) >= 0.999",
        "share(heartbeat_fresh_120s == 1) >= 0.995",
    ]


def test_every_removed_gate_is_named(tmp_path: Path) -> None:
    """Without any gate of the preset no criterion is left."""
    found = mistakes(tmp_path, "signals: {x: {}}\ngates: {heartbeat: null, stability: null, g: {require: [x > 1]}}\n")
    assert [text.split(": ")[1] for text in found] == ["gates.heartbeat", "gates.stability"]
    assert all("dry_run: {certify: []}" in text for text in found)


def test_a_criterion_of_the_file_on_a_removed_gate_is_a_mistake_at_its_line(tmp_path: Path) -> None:
    """The line is to be removed."""
    certify = "  certify:\n    - mean(lyapunov_v) <= 0.2\n    - share(heartbeat_ok == 1) > 0\n"
    text = f"gates: {{stability: null}}\ndry_run:\n{certify}"
    (found,) = mistakes(tmp_path, text)
    assert found.startswith("5:7: dry_run.certify[0]: lyapunov_v is a signal of the gate stability, which this policy")
    assert found.endswith("(remove this line, or declare lyapunov_v under signals)")


@pytest.mark.parametrize(
    "text",
    [
        "gates: {stability: null, v: {require: [lyapunov_v <= 0.5]}}",
        "gates: {stability: null}\nsignals: {lyapunov_v: {max_age: 2m}}",
        "gates: {stability: null}\ndry_run: {certify: null}",
        "gates: {uptime: null, canary-quorum-pass: null}",
    ],
)
def test_a_certificate_may_name_signals_that_the_policy_has(tmp_path: Path, text: str) -> None:
    """A gate of the policy reads the signal, or the policy declares it, or no criterion is left."""
    assert loaded(tmp_path, text).policy.gates


def test_only_the_group_that_records_a_signal_sets_its_interval(tmp_path: Path) -> None:
    """A slow group of other rules is no mistake. A slow group of the signal is one, at the line of the condition."""
    file = loaded(tmp_path, gate("x >= 1 for 1m", "{}"))
    rules = (Rule(RuleKind.RECORD, "other", "up"), Rule(RuleKind.ALERT, "x", "up"))
    assert policy_warnings(file, (RuleGroup("slow", rules, timedelta(minutes=1)),)) == ()
    fast = RuleGroup("fast", (Rule(RuleKind.RECORD, "x", "up"),), timedelta(seconds=15))
    assert policy_warnings(file, (fast, RuleGroup("slow", rules, timedelta(minutes=1)))) == ()
    slow = RuleGroup("slower", (Rule(RuleKind.RECORD, "x", "up"),), timedelta(seconds=31))
    with pytest.raises(PolicyError, match=r"gonogo\.yaml:4:\d+: gates\.g\.require\[0\]: 1m is shorter than two"):
        policy_warnings(file, (fast, slow))


def test_a_criterion_on_an_unknown_signal_can_be_left_out(tmp_path: Path) -> None:
    """The certificate may name only signals that the policy has."""
    (found,) = mistakes(tmp_path, gate("x == 1", "{certify: [mean(latency) <= 1]}"))
    assert found == (
        "5:21: dry_run.certify[0]: there is no signal 'latency' (declare it under signals, or leave this criterion out "
        "of dry_run.certify)"
    )
