"""Who is judged on a real server: whoever was there, and never on nothing at all."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml
from msgspec import Struct

from gonogo.disk import durable
from gonogo.heartbeat.pushgateway import PushGroup
from gonogo.model.outcome import Outcome, Reason
from gonogo.model.verdict import Report, Verdict
from gonogo.policy.load import load
from gonogo.programs.processes import node_exporter, prometheus, pushgateway
from gonogo.programs.server_process import RunningServer
from gonogo.server.api import query
from gonogo.server.http import Client
from gonogo.verdict.decide import decide
from gonogo.verdict.gather import PUSH_TIME
from gonogo.verdict.print import report_text
from tests.waiting import await_true

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("decide-subjects")]

AGE = "4s"
OWN: Mapping[str, object] = {
    "version": 1,
    "preset": None,
    "realm": "prod",
    "prefix": "duri",
    "heartbeat": {"textfile_dir": "."},
    "runs": {"required": []},
    "rules": [],
    "tests": [],
}
SIGNALS: Mapping[str, Mapping[str, str]] = {
    "x": {"metric": "x", "max_age": AGE},
    "all": {"metric": "all", "max_age": AGE, "scope": "shared"},
}
TWO_DAYS = 2 * 86_400.0


class Place(Struct, frozen=True):
    """A server that scrapes a node with a text file, and a Pushgateway; policies lie in the folder."""

    folder: Path
    server: RunningServer
    gateway: RunningServer

    def export(self, *series: str) -> None:
        """Let these series be there, each 1, and wait until the server has scraped them, and no others of ``x``."""
        durable.replace(self.folder / "textfile" / "x.prom", "".join(f"{one} 1\n" for one in series).encode())
        count = sum(one.startswith("x{") for one in series)
        seen = f"count(x) == {count}" if count else "absent(x)"
        await_true(lambda: query(Client(), self.server.url, seen).series)

    def decide(self, policy: Mapping[str, object], url: str | None = None) -> Report:
        """Decide by a policy."""
        path = self.folder / "gonogo.yaml"
        path.write_text(yaml.safe_dump({**OWN, "signals": SIGNALS, **policy}), encoding="utf-8")
        return decide(load(path), url or self.server.url)

    def until(self, verdict: Verdict, policy: Mapping[str, object]) -> Report:
        """Decide until the verdict is this one."""
        last: list[Report] = []

        def come() -> bool:
            last[:] = [self.decide(policy)]
            return last[0].judgement.verdict is verdict

        try:
            await_true(come)
        except AssertionError:
            pytest.fail(f"never {verdict}:\n{report_text(last[0])}")
        return last[0]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Start all three."""
    folder = tmp_path_factory.mktemp("subjects")
    (folder / "textfile").mkdir()
    with ExitStack() as held:
        node = held.enter_context(node_exporter(folder / "textfile"))
        gateway = held.enter_context(pushgateway(folder / "g"))
        jobs = [
            {"job_name": name, "honor_labels": name == "push", "static_configs": [{"targets": [server.url[7:]]}]}
            for name, server in (("node", node), ("push", gateway))
        ]
        config = {"global": {"scrape_interval": "1s"}, "scrape_configs": jobs}
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        server = held.enter_context(prometheus(folder / "p", folder / "prometheus.yml"))
        yield Place(folder, server, gateway)


def x(service: str, realm: str = "prod", **labels: str) -> str:
    """Write a series of ``x``."""
    pairs = {"metric_realm": realm, "service": service, **labels}
    inner = ",".join(f'{name}="{value}"' for name, value in pairs.items())
    return f"x{{{inner}}}"


def verdicts(report: Report) -> dict[str, Verdict]:
    """Give the verdict of each service."""
    return {subject.labels["service"]: subject.verdict for subject in report.judgement.subjects}


@pytest.mark.parametrize(
    ("signal", "realm", "elsewhere", "ahead"),
    [
        ({}, "prod", "dev", 0.0),
        ({"labels": {"tier": "gold"}}, None, "silver", 0.0),
        ({}, "prod", "nowhere", TWO_DAYS),
        ({}, "prod", "nowhere", -TWO_DAYS),
    ],
)
def test_a_vanished_subject_is_judged_although_its_name_lives_on(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    signal: dict[str, object],
    realm: str | None,
    elsewhere: str,
    ahead: float,
) -> None:
    """The name lives on in another realm, or on series that the signal does not select.

    The local clock may be a day off.
    """
    policy = {
        "subjects": ["service"],
        "realm": realm,
        "signals": {"x": {**SIGNALS["x"], **signal}},
        "gates": {"g": {"require": ["x == 1"]}},
    }
    hurt = f"b-{elsewhere}-{ahead > 0}"
    gold = {"tier": "gold"} if realm is None else {}
    away = {"dev": [x(hurt, "dev")], "silver": [x(hurt, tier="silver"), x("never", tier="silver")]}.get(elsewhere, [])
    place.export(x("a", **gold), x(hurt, **gold), *away)
    await_true(lambda: verdicts(place.decide(policy)).get(hurt) is Verdict.GO)
    place.export(x("a", **gold), *away)
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + ahead)
    gone_for = f'absent_over_time(x{{service="{hurt}",metric_realm="prod",tier!="silver"}}[5s])'
    await_true(lambda: query(Client(), place.server.url, gone_for).series)
    for _ in range(3):
        report = place.decide(policy)
        assert report.judgement.verdict is Verdict.HOLD, report_text(report)
        assert verdicts(report)[hurt] is Verdict.HOLD
        assert verdicts(report)["a"] is Verdict.GO
        assert elsewhere != "silver" or "never" not in verdicts(report)


def test_a_policy_with_subjects_and_none_seen_is_no_go_ahead(place: Place) -> None:
    """Shared signals alone prove nothing about services that nobody has seen. Without subjects they are enough."""
    gates = {"g": {"require": ["all == 1"]}}
    place.export('all{metric_realm="prod"}')
    place.until(Verdict.GO, {"gates": gates})
    report = place.decide({"gates": gates, "subjects": ["service"]})
    assert report.judgement.verdict is Verdict.HOLD
    (subject,) = report.judgement.subjects
    assert [(gate.gate, gate.outcome) for gate in subject.gates] == [
        ("g", Outcome.PASS),
        ("subjects", Outcome.UNKNOWN),
    ]


def test_without_any_gate_there_is_no_go_ahead(place: Place) -> None:
    """The server is well, or is not there; the second cause is told first."""
    for url, reason in ((place.server.url, Reason.ABSENT), ("http://127.0.0.1:9", Reason.UNREACHABLE)):
        report = place.decide({"gates": {}, "signals": {}}, url)
        assert report.judgement.verdict is Verdict.HOLD
        (gate,) = report.judgement.subjects[0].gates
        assert gate.checks[0].doubts[0].reason is reason


def test_two_signals_of_one_metric_do_not_shorten_each_other(place: Place) -> None:
    """One signal needs a long window, the other one only the present. The first one gets its whole window."""
    place.export(x("solo", tier="solid"))
    signal = {"metric": "x", "labels": {"tier": "solid"}, "max_age": AGE}
    signals = {"lasting": signal, "now": {**signal, "labels": {"tier": "solid"}}}
    for required in (["lasting <= 1 for 8s"], ["lasting <= 1 for 8s", "now <= 1"]):
        policy = {"subjects": ["service"], "signals": signals, "gates": {"g": {"require": required}}}
        assert place.until(Verdict.GO, policy).judgement.verdict is Verdict.GO


def test_a_dead_push_group_holds_only_its_own_signals(place: Place) -> None:
    """Two groups have one job and instance. The group that is pushed again and again is GO."""
    shards = {
        shard: PushGroup.at(place.gateway.url, {"job": "batch", "instance": "i", "shard": shard}) for shard in "ab"
    }
    for group in shards.values():
        group.publish(b'pushed{metric_realm="prod"} 1\n')
    await_true(lambda: query(Client(), place.server.url, f"count({PUSH_TIME}) == 2").series)
    await_true(lambda: query(Client(), place.server.url, f'time() - min({PUSH_TIME}{{shard="b"}}) > 4').series)
    for shard, verdict in (("a", Verdict.GO), ("b", Verdict.HOLD)):
        shards["a"].publish(b'pushed{metric_realm="prod"} 1\n')
        signal = {"metric": "pushed", "labels": {"shard": shard}, "max_age": AGE, "push_max_age": "3s"}
        report = place.until(verdict, {"signals": {"pushed": signal}, "gates": {"g": {"require": ["pushed == 1"]}}})
        reasons = [doubt.reason for doubt in report.judgement.subjects[0].gates[0].checks[0].doubts]
        assert reasons == ([] if verdict is Verdict.GO else [Reason.PUSH_STALE])
