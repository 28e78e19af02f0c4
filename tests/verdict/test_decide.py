"""Decide ends within a minute: the wait for rules, and slow servers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from gonogo.dryrun.two_beats import patience_for
from gonogo.errors import PolicyError, UsageError
from gonogo.formats.dialect import Dialect
from gonogo.model.evidence import Unread
from gonogo.model.outcome import JudgedCondition, Reason
from gonogo.model.replacing import replace
from gonogo.model.verdict import Report, Verdict
from gonogo.policy.load import PolicyFile, load
from gonogo.policy.server import client_of, server_of
from gonogo.programs.processes import prometheus
from gonogo.programs.server_process import RunningServer
from gonogo.server.http import Client
from gonogo.server.rules_api import rules
from gonogo.verdict.decide import WAITS, DecideWaits, Foreseen, decide, foreseen, prepare
from gonogo.verdict.gather import gather
from gonogo.verdict.identity import AT_A_TIME
from tests.faulty_server import EMPTY_ANSWER, Connection, faulty
from tests.live.proxy import Passing, proxy
from tests.server.test_evaluator_api import answering, group, metrics
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
    """A policy with one recorded signal. Its rule is evaluated every second."""
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
    """Return the only check."""
    (subject,) = report.judgement.subjects
    ((check,),) = (gate.checks for gate in subject.gates)
    return check


def test_everything_together_stays_within_a_minute() -> None:
    """All answers together leave time to start, to judge and to print. Settling leaves time for a last look."""
    assert MINUTE - timedelta(seconds=5) >= WAITS.answers
    assert WAITS.answers / 2 > WAITS.settling


def test_a_mistake_is_an_error_and_no_verdict(policy: Path) -> None:
    """Unreadable rules and an invalid address are errors before any question is asked."""
    with pytest.raises(UsageError):
        decide(load(policy), "ftp://host")
    (policy.parent / "rules.yml").unlink()
    with pytest.raises(PolicyError):
        decide(load(policy))


def test_a_server_that_fails_is_hold(policy: Path) -> None:
    """The report has the known facts: the policy, the address and the local time."""
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
        who = sum("/api/v1/status/runtimeinfo" in request for request in server.requests)
        assert who == 3 * AT_A_TIME
        assert len(server.connections) - who < 12


@pytest.mark.live
def test_decide_waits_for_rules_that_have_not_run_yet(policy: Path) -> None:
    """After a restart of the server, decide waits one interval. The reason is then not a missing evaluation."""
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
def test_decide_does_not_wait_for_a_rule_that_runs_once_a_day(policy: Path) -> None:
    """The wait is limited, and the detail says that the rule has not been evaluated."""
    write_rules(policy.parent, "1d")
    with serving(policy.parent) as server:
        began = time.monotonic()
        report = decide(load(policy), server.url, DecideWaits(settling=timedelta(seconds=1)))
        assert 0.9 < time.monotonic() - began < 10
        states = [state for group in rules(Client(), server.url) for state in group.rules]
        assert [state.evaluated_at for state in states] == [None]
    found = {doubt.reason: doubt.detail for doubt in check_of(report).doubts}
    assert "not been evaluated" in found[Reason.RULE_UNHEALTHY]


@pytest.mark.live
def test_decide_on_a_very_slow_server_ends_within_a_minute(policy: Path, share: Callable[[int], int]) -> None:
    """The rules never run, and every answer takes 8 s. In a short run all times are a tenth."""
    scale = share(10) / 10
    waits = DecideWaits(WAITS.settling * scale, WAITS.answers * scale)
    write_rules(policy.parent, "1d")
    text = policy.read_text(encoding="utf-8")
    policy.write_text(f"{text}subjects: [instance]\nprometheus: {{timeout: 1m}}\n", encoding="utf-8")
    held = 8 * scale

    def slow(passing: Passing) -> Passing:
        time.sleep(held)  # the fault itself
        return replace(passing)

    with serving(policy.parent) as server, proxy(server.url) as front:
        front.spoil = slow
        began = time.monotonic()
        report = decide(load(policy), front.url, waits)
        took = time.monotonic() - began
    assert report.judgement.verdict is Verdict.HOLD
    assert took > 2 * held
    assert took < 60 * scale


def test_a_hanging_server_is_left_at_the_deadline(policy: Path) -> None:
    """The deadline applies, although the policy would wait longer."""
    with policy.open("a", encoding="utf-8") as file:
        file.write("prometheus: {timeout: 1h}\n")
    with faulty(Connection.hang) as server:
        began = time.monotonic()
        report = decide(load(policy), server.url, DecideWaits(answers=timedelta(seconds=0.5)))
        assert time.monotonic() - began < 5
    detail = check_of(report).detail
    assert "no whole answer within 0" in detail
    assert "this command cannot wait longer" in detail


def test_an_answer_may_take_the_timeout_of_the_policy(policy: Path) -> None:
    """The only other limit is what is left of the time of the command."""
    text = policy.read_text(encoding="utf-8")
    policy.write_text(f"{text}prometheus: {{timeout: 30s}}\n", encoding="utf-8")
    client = prepare(load(policy), "http://127.0.0.1:1").client
    assert client.patience == timedelta(seconds=30)
    assert client.within(until=time.monotonic() + 20).patience == pytest.approx(
        timedelta(seconds=20), abs=timedelta(seconds=5)
    )
    policy.write_text(f"{text}prometheus: {{timeout: 300ms}}\n", encoding="utf-8")
    with faulty(Connection.hang) as server:
        began = time.monotonic()
        detail = check_of(decide(load(policy), server.url)).detail
        assert time.monotonic() - began < 5
    assert "no whole answer within 0.3 s" in detail
    assert "raise prometheus.timeout in the policy" in detail


RULES_POLICY = """\
version: 1
preset: null
realm: null
prefix: p
heartbeat: {textfile_dir: .}
rules: [r.yml]
tests: []
signals: {x: {metric: x}}
gates: {g: {require: [x == 1 for 5m]}}
runs: {required: []}
"""
RULES = "groups: [{name: g, interval: 15s, concurrency: 2, rules: [{record: x, expr: up}]}]\n"


def rules_policy(folder: Path, **server: str) -> PolicyFile:
    """Load a policy whose rule file has a key of vmalert."""
    (folder / "r.yml").write_text(RULES, encoding="utf-8")
    (folder / "gonogo.yaml").write_text(RULES_POLICY + yaml.safe_dump({"prometheus": server}), encoding="utf-8")
    return load(folder / "gonogo.yaml")


def seen_at(policy_file: PolicyFile) -> Foreseen:
    """Look ahead at the program that evaluates the rules of the policy."""
    return foreseen(policy_file, server_of(policy_file, None), client_of(policy_file.server, at_most=MINUTE))


def vmalert(connection: Connection) -> None:
    """Answer like vmalert with its defaults, with one group that has a delay."""
    answers = answering([group(concurrency=1), group(concurrency=2, eval_delay=60)]) | {"/metrics": metrics()}
    connection.answer("200 OK", answers[connection.request.split(b" ")[1].split(b"?")[0].decode()])


def test_the_rule_offset_of_the_server_extends_the_windows(tmp_path: Path) -> None:
    """The rule files are read in the dialect of the policy. The windows are longer by the greatest offset."""
    configuration = answering([], **{"status/config": {"yaml": "global:\n  rule_query_offset: 40s\n"}})
    with faulty(lambda c: c.answer("200 OK", configuration["/api/v1/status/config"])) as server:
        by = rules_policy(tmp_path, url=server.url)
        late = timedelta(seconds=40)
        assert seen_at(by) == Foreseen(late, query_offset=late)
        with pytest.raises(PolicyError, match="belongs to vmalert"):
            prepare(by, None)
        for own, latest in (
            ("concurrency: 2, ", None),
            ("concurrency: 2", "query_offset: 30s"),
            ("concurrency: 2", "query_offset: 50s"),
        ):
            (tmp_path / "r.yml").write_text(RULES.replace(own, latest or ""), encoding="utf-8")
            survey = prepare(by, None)
            assert survey.query_offset == late
            (window,) = survey.questions.windows
            most = 50 if latest and "50s" in latest else 40
            assert window == timedelta(minutes=5) * 1.25 + timedelta(seconds=2 * 15 + most)


def test_with_vmalert_its_keys_are_read_and_the_windows_are_longer(tmp_path: Path) -> None:
    """The windows are longer by the delay of the latest group. The policy needs no setting for it."""
    with faulty(vmalert) as server:
        by = rules_policy(tmp_path, url="http://127.0.0.1:1", rules_url=server.url)
        assert seen_at(by) == Foreseen(timedelta(seconds=62), Dialect.VICTORIA_METRICS)
        (window,) = prepare(by, None).questions.windows
        own = rules_policy(tmp_path, url=server.url, dialect="victoriametrics")
        assert seen_at(own).late == timedelta(seconds=62)
    assert window == timedelta(minutes=5) * 1.25 + timedelta(seconds=2 * 15 + 62)


def test_a_key_of_vmalert_is_a_mistake_with_another_evaluator(tmp_path: Path) -> None:
    """Another evaluator, such as Prometheus, refuses the key."""
    answers = answering([group(limit=0)])
    with faulty(lambda c: c.answer("200 OK", answers["/api/v1/rules"])) as server:
        by = rules_policy(tmp_path, url="http://127.0.0.1:1", rules_url=server.url)
        assert seen_at(by) == Foreseen()
        with pytest.raises(PolicyError, match="belongs to vmalert"):
            prepare(by, None)


def test_an_evaluator_that_does_not_answer_is_no_mistake_of_the_policy(tmp_path: Path) -> None:
    """The evaluator may be vmalert, so its keys are read. The verdict asks again and is HOLD."""
    silent = rules_policy(tmp_path, rules_url="http://127.0.0.1:1")
    assert seen_at(silent) == Foreseen(dialect=Dialect.VICTORIA_METRICS)
    (window,) = prepare(silent, None).questions.windows
    assert window == timedelta(minutes=5) * 1.25 + timedelta(seconds=30)


def test_a_silent_vmalert_is_named_by_its_own_key(tmp_path: Path) -> None:
    """The next step names the address that was asked. The server of ``--prometheus`` is another one."""
    by = rules_policy(
        tmp_path, url="http://127.0.0.1:1", rules_url="http://127.0.0.1:2", targets_url="http://127.0.0.1:3"
    )
    seen = gather(prepare(by, None), {}).evidence
    for answer, key in ((seen.rules, "prometheus.rules_url"), (seen.targets, "prometheus.targets_url")):
        assert isinstance(answer, Unread)
        assert answer.next_step == f"start the server, or correct {key} in the policy"
    assert isinstance(seen.ranges, Unread)
    assert seen.ranges.next_step == "start the server, or correct prometheus.url in the policy (or --prometheus)"


def test_a_dry_run_waits_longer_for_its_beats_by_the_delay(tmp_path: Path) -> None:
    """The wait is one scrape of a minute, 10 s, and the 62 s of the latest group of vmalert."""
    answers = answering([group(concurrency=1, eval_delay=60)], targets={"activeTargets": []})

    def all_in_one(connection: Connection) -> None:
        known = answers | {"/metrics": metrics()}
        connection.answer("200 OK", known[connection.request.split(b" ")[1].split(b"?")[0].decode()])

    with faulty(all_in_one) as server:
        by = rules_policy(tmp_path, url="http://127.0.0.1:1", rules_url=server.url, targets_url=server.url)
        client = client_of(by.server, at_most=timedelta(seconds=2))
        assert patience_for(by, client, server_of(by, None)) == timedelta(seconds=60 + 62 + 10)
