"""Decide on a real VictoriaMetrics, whose rules are vmalert's and whose targets are vmagent's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
import yaml

from gonogo.heartbeat.rhythm import heartbeat_writer
from gonogo.model.outcome import JudgedCondition, Outcome, Reason
from gonogo.model.verdict import Report, Verdict
from gonogo.policy.heartbeat import load_heartbeat
from gonogo.policy.load import load
from gonogo.programs.processes import node_exporter
from gonogo.programs.server_process import RunningServer
from gonogo.rulepack.write import write_rules
from gonogo.verdict.decide import decide
from gonogo.verdict.print import report_text
from tests.heartbeat_only import ONLY_THE_HEARTBEAT
from tests.more_servers import victoria_metrics, vmagent, vmalert
from tests.waiting import await_true

pytestmark = [pytest.mark.live, pytest.mark.versions]

INTERVAL = timedelta(seconds=1)
BEAT_EVERY = 2.0
POLICY = (
    """\
version: 1
realm: prod
prefix: duri
heartbeat: {every: 2s, window: 20s, fresh: 15s, textfile_dir: textfile}
"""
    + ONLY_THE_HEARTBEAT
)
OWN_POLICY = """\
version: 1
preset: null
realm: prod
prefix: duri
signals: {made_up: {metric: made_up}}
gates: {own: {require: [made_up == 1]}}
runs: {required: []}
rules: []
tests: []
"""
MADE_UP = {"record": "made_up", "expr": 'duri_textfile_heartbeat_seq{metric_realm="prod"} * 0 + 1'}
METRICSQL_POLICY = """\
version: 1
preset: null
realm: prod
prefix: duri
signals: {plain: {metric: own_plain}, metricsql: {metric: own_metricsql}}
gates: {own: {require: [plain >= 1, metricsql >= 1]}}
runs: {required: []}
rules: [rules/own.yml]
tests: []
"""
OWN_RULES = """\
groups:
- name: own
  interval: 2s
  concurrency: 2
  params: {nocache: ["1"]}
  rules:
  - record: own_plain
    expr: count by (metric_realm) (duri_textfile_heartbeat_seq{metric_realm="prod"})
  - record: own_metricsql
    expr: count(duri_textfile_heartbeat_seq{metric_realm="prod"} default 0) by (metric_realm)
"""
"""A group with keys of vmalert's, and an expression in MetricsQL."""

VISIBLE = 150.0
"""Seconds: rules see only what is older than 30 s, twice, and a new metric is found after up to 10 s."""


LABELLED = ("-external.label=evaluated_by=vmalert", "-external.label=site=a")
"""Labels that vmalert adds to every rule and to every series of a rule."""


UNTOLD_DELAY = {Reason.SOURCE_STALE, Reason.STALE, Reason.GAPPY}
"""Reasons that come along where nobody says how far in the past vmalert evaluates; older ones do not."""


@dataclass(frozen=True, slots=True)
class Family:
    """The store, what evaluates the rules, what scrapes, the policy's folder, and the writer's end."""

    folder: Path
    store: RunningServer
    alert: RunningServer
    agent: RunningServer
    end_beats: Callable[[], None]

    def decide(self, *, rules: bool = True, targets: bool = True) -> Report:
        """Decide by a policy that says, or does not say, who knows the rules and the targets."""
        server = {"url": self.store.url, "config": None}
        server |= {"rules_url": self.alert.url} if rules else {}
        server |= {"targets_url": self.agent.url} if targets else {}
        path = self.folder / "gonogo.yaml"
        path.write_text(POLICY + yaml.safe_dump({"prometheus": server}), encoding="utf-8")
        return decide(load(path))

    def decide_on_made_up(self, *, rules: bool) -> Report:
        """Decide by a policy of one's own, without rule files, on what a rule makes up."""
        server = {"url": self.store.url, "targets_url": self.agent.url, "config": None}
        server |= {"rules_url": self.alert.url} if rules else {}
        path = self.folder / "own.yaml"
        path.write_text(OWN_POLICY + yaml.safe_dump({"prometheus": server}), encoding="utf-8")
        return decide(load(path))

    def until(self, verdict: Verdict, within: float) -> None:
        """Decide until the verdict is this; the last report is shown if it never is."""
        reports: list[Report] = []

        def seen() -> bool:
            reports.append(self.decide())
            return reports[-1].judgement.verdict is verdict

        try:
            await_true(seen, within)
        except AssertionError as error:
            raise AssertionError(report_text(reports[-1])) from error


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    """Start all of them on the heartbeat's rule pack, with a writer that beats."""
    path = tmp_path / "gonogo.yaml"
    path.write_text(POLICY, encoding="utf-8")
    textfiles = tmp_path / "textfile"
    textfiles.mkdir()
    write_rules(load(path).policy, INTERVAL, tmp_path, None, force=False)
    stop = Event()
    writer = heartbeat_writer(load_heartbeat(path))

    def beat() -> None:
        writer.beat()
        while not stop.wait(BEAT_EVERY):
            writer.beat()

    with ExitStack() as held:
        node = held.enter_context(node_exporter(textfiles, directory=tmp_path / "node"))
        beating = Thread(target=beat)
        beating.start()

        def end_beats() -> None:
            stop.set()
            beating.join()

        held.callback(end_beats)
        job = {"job_name": "node", "static_configs": [{"targets": [node.url.removeprefix("http://")]}]}
        scrape = {"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}
        (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(scrape), encoding="utf-8")
        store = held.enter_context(victoria_metrics(tmp_path / "store"))
        agent = held.enter_context(vmagent(tmp_path / "agent", tmp_path / "prometheus.yml", store.url))
        made_up = {"groups": [{"name": "made-up", "interval": "1s", "rules": [MADE_UP]}]}
        (tmp_path / "made_up.yml").write_text(yaml.safe_dump(made_up), encoding="utf-8")
        files = [*sorted((tmp_path / "rules").glob("*.yml")), tmp_path / "made_up.yml"]
        alert = held.enter_context(vmalert(tmp_path / "alert", files, store.url, flags=LABELLED))
        yield Family(tmp_path, store, alert, agent, end_beats)


def test_without_the_url_of_rules_or_targets_it_is_hold(family: Family) -> None:
    """Without ``rules_url`` no loaded rules are known, without ``targets_url`` no source. With both it is GO.

    Then the text file goes: the store marks the end of its series with NaN, which is an end
    and no value.
    """
    family.until(Verdict.GO, VISIBLE)
    told = family.decide()
    assert told.source_version is None
    assert told.clock_skew_seconds == pytest.approx(0, abs=2)
    await_true(lambda: reasons(family.decide(rules=False)) - UNTOLD_DELAY == {Reason.DRIFTED})
    await_true(lambda: reasons(family.decide(targets=False)) == {Reason.SOURCE_UNKNOWN})
    neither = {Reason.DRIFTED, Reason.SOURCE_UNKNOWN}
    await_true(lambda: reasons(family.decide(rules=False, targets=False)) - UNTOLD_DELAY == neither)
    for check in checks(family.decide(rules=False, targets=False)):
        assert check.outcome is Outcome.UNKNOWN
        assert check.doubts[0].reason is Reason.DRIFTED
        assert "is in the policy's rule files but not on the server" in check.detail
        assert check.value is not None

    family.end_beats()
    (family.folder / "textfile" / "duri_textfile_heartbeat.prom").unlink()
    family.until(Verdict.HOLD, VISIBLE)
    await_true(lambda: Reason.STALE in reasons(family.decide()), VISIBLE)
    seen = reasons(family.decide())
    assert Reason.NOT_FINITE not in seen
    assert Reason.OUT_OF_RANGE not in seen


def test_the_keys_and_expressions_of_vmalert_are_read(family: Family) -> None:
    """A group with a key of vmalert is compared with the loaded group. MetricsQL is judged by the server only.

    A vmalert that stopped answering is noticed at once.
    """
    (family.folder / "rules" / "own.yml").write_text(OWN_RULES, encoding="utf-8")
    family.alert.stop()
    files = [*sorted((family.folder / "rules").glob("*.yml")), family.folder / "made_up.yml"]
    with vmalert(family.folder / "again", files, family.store.url, flags=LABELLED) as again:
        path = family.folder / "metricsql.yaml"
        server = {"url": family.store.url, "rules_url": again.url, "targets_url": family.agent.url, "config": None}
        path.write_text(METRICSQL_POLICY + yaml.safe_dump({"prometheus": server}), encoding="utf-8")

        def seen() -> bool:
            report = decide(load(path))
            plain, metricsql = checks(report)
            found = {doubt.reason for doubt in metricsql.doubts}
            return plain.outcome is Outcome.PASS and metricsql.value == 1.0 and Reason.STALE not in found

        await_true(seen, VISIBLE)
        _, metricsql = checks(decide(load(path)))
        assert Reason.SYNTHETIC not in {doubt.reason for doubt in metricsql.doubts}
        assert metricsql.outcome is Outcome.UNKNOWN
        assert "is not PromQL" in metricsql.detail
        other = OWN_RULES.replace('nocache: ["1"]', "'extra_label': [a=b]")
        (family.folder / "rules" / "own.yml").write_text(other, encoding="utf-8")
        assert {Reason.DRIFTED} <= reasons(decide(load(path)))
        again.pause()
        try:
            assert reasons(decide(load(path))) == {Reason.UNREACHABLE}
        finally:
            again.resume()


def test_made_up_values_are_no_evidence_without_the_list_of_rules(family: Family) -> None:
    """The store does not say which rules record into it.

    The verdict is HOLD, also of a policy without rules, until the policy names vmalert.
    """

    def seen() -> bool:
        (check,) = checks(family.decide_on_made_up(rules=False))
        found = {doubt.reason for doubt in check.doubts} - UNTOLD_DELAY
        return check.value == 1.0 and found == {Reason.SOURCE_UNKNOWN}

    await_true(seen, VISIBLE)
    report = family.decide_on_made_up(rules=False)
    assert report.judgement.verdict is Verdict.HOLD
    assert "prometheus.rules_url" in checks(report)[0].detail
    (told,) = checks(family.decide_on_made_up(rules=True))
    assert told.doubts[0].reason is Reason.SYNTHETIC


def checks(report: Report) -> tuple[JudgedCondition, ...]:
    """Give the checks of the only gate."""
    (subject,) = report.judgement.subjects
    (gate,) = subject.gates
    return gate.checks


def reasons(report: Report) -> set[Reason]:
    """Give every reason of every check; without any it is GO."""
    found = {doubt.reason for check in checks(report) for doubt in check.doubts}
    assert (report.judgement.verdict is Verdict.GO) == (not found), report_text(report)
    return found
