"""Decide within its minute: how long it waits for rules, and for servers that are slow about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from gonogo.errors import PolicyError, UsageError
from gonogo.model.outcome import JudgedCondition, Reason
from gonogo.model.report import Report
from gonogo.model.verdict import Verdict
from gonogo.policy.load import load
from gonogo.programs.processes import prometheus
from gonogo.programs.server_process import RunningServer
from gonogo.server.http import Client
from gonogo.server.rules_api import rules
from gonogo.verdict import decide as deciding
from gonogo.verdict.decide import LONGEST_SETTLING, ONE_ANSWER, decide
from tests.faulty_server import EMPTY_ANSWER, Connection, faulty
from tests.live.proxy import Passing, proxy
from tests.waiting import await_true

POLICY = """\
version: 1
preset: null
realm: null
prefix: duri
heartbeat: {textfile_dir: .}
signals: {twice: {metric: up_twice}}
gates: {alive: {require: [twice >= 2]}}
runs: {required: []}
rules: [rules.yml]
tests: []
"""
MINUTE = timedelta(seconds=60)


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy with one recorded signal, its rule every second."""
    (tmp_path / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    write_rules(tmp_path, "1s")
    return tmp_path / "gonogo.yaml"


def write_rules(folder: Path, interval: str) -> None:
    """Write the rule file with this interval."""
    rule = {"record": "up_twice", "expr": "2 * up"}
    groups = {"groups": [{"name": "g", "interval": interval, "rules": [rule]}]}
    (folder / "rules.yml").write_text(yaml.safe_dump(groups), encoding="utf-8")


@contextmanager
def serving(folder: Path) -> Iterator[RunningServer]:
    """Run a Prometheus that scrapes itself and has the rules."""
    config = folder / "prometheus.yml"
    with prometheus(folder / "p", config_of(config, "localhost:1")) as server:
        config_of(config, server.url.removeprefix("http://"))
        server.restart()
        yield server


def config_of(path: Path, target: str) -> Path:
    """Write the server's configuration."""
    job = {"job_name": "self", "static_configs": [{"targets": [target]}]}
    rule_files = [str(path.parent / "rules.yml")]
    whole = {"global": {"scrape_interval": "1s"}, "rule_files": rule_files, "scrape_configs": [job]}
    path.write_text(yaml.safe_dump(whole), encoding="utf-8")
    return path


def check_of(report: Report) -> JudgedCondition:
    """Give the only check."""
    (subject,) = report.judgement.subjects
    ((check,),) = (gate.checks for gate in subject.gates)
    return check


def test_everything_together_stays_within_a_minute() -> None:
    """The longest wait for rules and three of the longest answers fit into a minute."""
    assert MINUTE - timedelta(seconds=5) > LONGEST_SETTLING + 3 * ONE_ANSWER


def test_a_mistake_is_an_error_and_no_verdict(policy: Path) -> None:
    """Unreadable rules and an invalid address are errors before any question is asked."""
    with pytest.raises(UsageError):
        decide(load(policy), "ftp://host")
    (policy.parent / "rules.yml").unlink()
    with pytest.raises(PolicyError):
        decide(load(policy))


def test_a_server_that_fails_is_a_verdict(policy: Path) -> None:
    """HOLD with what is known: the policy, the address, the local time."""
    with faulty(lambda connection: connection.sock.close()) as server:
        report = decide(load(policy), server.url)
    assert report.judgement.verdict is Verdict.HOLD
    assert check_of(report).doubts[0].reason is Reason.UNREACHABLE
    assert report.judgement.at == pytest.approx(time.time(), abs=30)
    assert (report.source_url, report.source_version, report.clock_skew_seconds) == (server.url, None, None)
    assert report.policy_sha256 == load(policy).sha256


def test_the_number_of_questions_is_constant(policy: Path) -> None:
    """The number of questions is constant for any answers. Lost questions are repeated a limited number of times."""
    with faulty(lambda connection: connection.answer("200 OK", EMPTY_ANSWER)) as server:
        decide(load(policy), server.url)
        assert len(server.connections) < 12


@pytest.mark.live
def test_it_waits_for_rules_that_have_not_run_yet(policy: Path) -> None:
    """Right after a start: one interval of patience, then the verdict is about the rule and not about the wait."""
    with serving(policy.parent) as server:
        until_go(policy, server)
        write_rules(policy.parent, "3s")
        server.restart()
        began = time.monotonic()
        report = decide(load(policy), server.url)
        assert time.monotonic() - began < 8
        assert Reason.RULE_UNHEALTHY not in {doubt.reason for doubt in check_of(report).doubts}


def until_go(policy: Path, server: RunningServer) -> None:
    """Wait for a verdict of GO, with a version and a clock."""

    def go() -> bool:
        report = decide(load(policy), server.url)
        assert report.source_version
        assert report.clock_skew_seconds == pytest.approx(0, abs=2)
        return report.judgement.verdict is Verdict.GO

    await_true(go)


@pytest.mark.live
def test_it_does_not_wait_for_a_rule_that_runs_once_a_day(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The patience has an end, and then the rule is said not to have run."""
    monkeypatch.setattr(deciding, "LONGEST_SETTLING", timedelta(seconds=1))
    write_rules(policy.parent, "1d")
    with serving(policy.parent) as server:
        began = time.monotonic()
        report = decide(load(policy), server.url)
        assert 0.9 < time.monotonic() - began < 10
        states = [state for group in rules(Client(), server.url) for state in group.rules]
        assert [state.evaluated_at for state in states] == [None]
    found = {doubt.reason: doubt.detail for doubt in check_of(report).doubts}
    assert "not been evaluated" in found[Reason.RULE_UNHEALTHY]


@pytest.mark.live
def test_a_server_that_is_as_slow_as_it_may_be_stays_within_the_minute(
    policy: Path, monkeypatch: pytest.MonkeyPatch, share: Callable[[int], int]
) -> None:
    """Rules that never run, on a server that takes nearly all the time there is for every answer.

    In a short run all times are a tenth.
    """
    scale = share(10) / 10
    monkeypatch.setattr(deciding, "LONGEST_SETTLING", LONGEST_SETTLING * scale)
    monkeypatch.setattr(deciding, "ONE_ANSWER", ONE_ANSWER * scale)
    write_rules(policy.parent, "1d")
    text = policy.read_text(encoding="utf-8")
    policy.write_text(f"{text}subjects: [instance]\nprometheus: {{timeout: 1m}}\n", encoding="utf-8")
    held = 0.8 * ONE_ANSWER.total_seconds() * scale

    def slow(passing: Passing) -> Passing:
        time.sleep(held)  # the fault itself
        return replace(passing)

    with serving(policy.parent) as server, proxy(server.url) as front:
        front.spoil = slow
        began = time.monotonic()
        report = decide(load(policy), front.url)
        took = time.monotonic() - began
    assert report.judgement.verdict is Verdict.HOLD
    assert took > 2 * held
    assert took < 60 * scale


def test_a_hanging_server_is_left_at_the_deadline(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline holds, although the policy would wait longer."""
    monkeypatch.setattr(deciding, "ONE_ANSWER", timedelta(seconds=0.5))
    with policy.open("a", encoding="utf-8") as file:
        file.write("prometheus: {timeout: 1h}\n")
    with faulty(Connection.hang) as server:
        began = time.monotonic()
        report = decide(load(policy), server.url)
        assert time.monotonic() - began < 5
    assert "no whole answer within 0.5 s" in check_of(report).detail
