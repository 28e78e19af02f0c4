"""One server and one moment: several servers behind one address, and clocks that are apart, never make a GO."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml

from gonogo.dryrun.watching import watch
from gonogo.journal.records import append
from gonogo.journal.run_key import run_key
from gonogo.model.outcome import Reason
from gonogo.model.policy import RUN_GATES
from gonogo.model.record import Record
from gonogo.model.replacing import replace
from gonogo.model.verdict import Report, Verdict
from gonogo.policy.load import load
from gonogo.programs.processes import prometheus
from gonogo.programs.server_process import RunningServer
from gonogo.verdict.core.tolerances import PACE_SECONDS
from gonogo.verdict.decide import decide
from gonogo.verdict.print import report_text
from tests.heard import Heard
from tests.live.proxy import Passing, Replay, Spoil, in_turn, proxy
from tests.waiting import await_true

pytestmark = [pytest.mark.live, pytest.mark.versions, pytest.mark.xdist_group("moment")]

POLICY = """\
version: 1
preset: null
realm: null
signals: {load: {metric: "app:load", max_age: 10s}}
gates: {load: {require: [load <= LIMIT]}}
runs: {required: []}
rules: [rules.yml]
tests: []
prometheus: {config: null, timeout: 5s}
dry_run: {step: 1s, blind: 10m}
"""
HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two servers that scrape the same target. ``strict`` has the rule of the policy, ``weak`` one that shows less."""

    folder: Path
    strict: RunningServer
    weak: RunningServer
    twin: RunningServer

    def policy(self, limit: str = "0.6", more: str = "") -> Path:
        """Write the policy with this limit of the load, which is 0.5."""
        text = POLICY.replace("LIMIT", limit)
        (self.folder / "gonogo.yaml").write_text(text.replace("runs: {required: []}\n", more) if more else text)
        return self.folder / "gonogo.yaml"


def rules(folder: Path, name: str, expression: str) -> Path:
    """Write a rule file."""
    rule = {"record": "app:load", "expr": expression}
    path = folder / name
    path.write_text(yaml.safe_dump({"groups": [{"name": "g", "interval": "1s", "rules": [rule]}]}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two replicas, one of them with a weaker rule, and a second one like the first."""
    folder = tmp_path_factory.mktemp("moment")
    own, weaker = rules(folder, "rules.yml", "5 * up / 10"), rules(folder, "weaker.yml", "5 * up / 1000")
    with ExitStack() as held:
        servers: list[RunningServer] = []
        for name, file in (("strict", own), ("weak", weaker), ("twin", own)):
            target = servers[0].url.removeprefix("http://") if servers else "127.0.0.1:1"
            servers.append(held.enter_context(prometheus(folder / name, configuration(folder, name, file, target))))
        address = servers[0].url.removeprefix("http://")
        configuration(folder, "strict", own, address)
        servers[0].restart()
        found = Pair(folder, *servers)
        await_true(lambda: decide(load(found.policy()), found.strict.url).judgement.verdict is Verdict.GO)
        await_true(lambda: decide(load(found.policy()), found.twin.url).judgement.verdict is Verdict.GO)
        yield found


def configuration(folder: Path, name: str, rule_file: Path, target: str) -> Path:
    """Write the configuration of a server."""
    job = {"job_name": "app", "static_configs": [{"targets": [target], "labels": {"instance": "app"}}]}
    whole = {"global": {"scrape_interval": "1s"}, "rule_files": [str(rule_file)], "scrape_configs": [job]}
    path = folder / f"{name}.yml"
    path.write_text(yaml.safe_dump(whole), encoding="utf-8")
    return path


def reasons(report: Report, gate: str = "load") -> list[Reason]:
    """Return the reasons of a gate's only check."""
    (check,) = next(one for one in report.judgement.subjects[0].gates if one.gate == gate).checks
    return [doubt.reason for doubt in check.doubts]


def detail(report: Report, gate: str = "load") -> str:
    """Return the detail of a gate's only check."""
    (check,) = next(one for one in report.judgement.subjects[0].gates if one.gate == gate).checks
    return check.detail


def test_two_healthy_replicas_behind_one_address_are_unknown(pair: Pair) -> None:
    """Each of them is GO alone. In turn they are never GO, and the detail shows both starts and what to do."""
    by = load(pair.policy())
    with proxy(pair.strict.url) as front:
        assert decide(by, front.url).judgement.verdict is Verdict.GO
        front.route = in_turn(pair.strict.url, pair.twin.url)
        for _ in range(6):
            report = decide(by, front.url)
            assert report.judgement.verdict is Verdict.HOLD
            assert reasons(report)[0] is Reason.UNREACHABLE
            said = detail(report)
            assert f"several servers answer at {front.url}: one started at 20" in said
            assert len(re.findall(r"one started at \S+Z", said)) == 2
            assert "put a querier that deduplicates" in said
        front.route = lambda _: pair.twin.url
        await_true(lambda: decide(by, front.url).judgement.verdict is Verdict.GO)


@pytest.mark.parametrize("seed", range(3))
def test_replicas_chosen_at_random_are_never_go(pair: Pair, seed: int) -> None:
    """One violates the limit, and the other has a weaker rule: neither of them alone is GO."""
    by, chosen = load(pair.policy("0.1")), random.Random(seed)  # noqa: S311 - no secret
    assert decide(by, pair.strict.url).judgement.verdict is Verdict.NO_GO
    assert reasons(decide(by, pair.weak.url)) == [Reason.DRIFTED]
    with proxy(pair.strict.url) as front:
        front.route = lambda _: chosen.choice((pair.strict.url, pair.weak.url))
        verdicts = {decide(by, front.url).judgement.verdict for _ in range(4)}
    assert Verdict.GO not in verdicts


@pytest.mark.parametrize(
    "parts", [("rules", "targets"), ("rules",), ("rules", "targets", "status"), ("label", "rules")]
)
def test_rules_of_one_server_and_samples_of_another_are_never_go(pair: Pair, parts: tuple[str, ...]) -> None:
    """A proxy splits the questions by their paths, so the server of each question is always the same."""
    by = load(pair.policy("0.1"))
    with proxy(pair.weak.url) as front:
        front.route = lambda path: pair.strict.url if path.split("/")[3].partition("?")[0] in parts else pair.weak.url
        reports = [decide(by, front.url) for _ in range(3)]
    assert {report.judgement.verdict for report in reports} == {Verdict.HOLD}
    assert {reasons(report)[0] for report in reports} == {Reason.FOREIGN}


def test_a_server_that_restarts_in_the_middle_of_a_reading_is_unknown_once(pair: Pair) -> None:
    """The answers of two processes are not one state. The next reading is that of the new process."""
    by = load(pair.policy())
    restarted: list[str] = []

    def restart(passing: Passing) -> Passing:
        if "/api/v1/rules" in passing.path and not restarted:
            restarted.append(passing.path)
            pair.twin.restart()
        return passing

    with proxy(pair.twin.url) as front:
        await_true(lambda: decide(by, front.url).judgement.verdict is Verdict.GO)
        front.spoil = restart
        report = decide(by, front.url)
        assert restarted
        assert (report.judgement.verdict, reasons(report)[0]) == (Verdict.HOLD, Reason.UNREACHABLE)
        await_true(lambda: decide(by, front.url).judgement.verdict is Verdict.GO)


def test_one_look_at_a_replay_of_everything_shows_only_a_slow_clock(pair: Pair) -> None:
    """The report has the skew, and the verdict is that of the old moment. A watch compares the clocks, and finds it."""
    by, old = load(pair.policy()), Replay()
    with proxy(pair.strict.url) as front:
        front.spoil = old
        assert decide(by, front.url).judgement.verdict is Verdict.GO
        old.on = True
        await_true(lambda: (decide(by, front.url).clock_skew_seconds or 0.0) < -PACE_SECONDS)
        report = decide(by, front.url)
        assert report.judgement.verdict is Verdict.GO
        assert re.search(r"the server's clock is \d+\.\d s behind this machine's clock", report_text(report))
        old.on = False
        report = decide(by, front.url)
    assert report.judgement.verdict is Verdict.GO
    assert "behind this machine's clock" not in report_text(report)


_TIME = re.compile(r"20\d\d-\d\d-\d\dT[^\"]+")


def shifted(seconds: float) -> Spoil:
    """Let the clock of a server be wrong by some seconds: all times in its answers, and the values that are times."""

    def moved(series: dict[str, Any], kind: str, of_values: float) -> dict[str, Any]:
        key = "values" if kind == "matrix" else "value"
        pairs = series[key] if kind == "matrix" else [series[key]]
        pairs = [[at + seconds, str(float(value) + of_values)] for at, value in pairs]
        return {**series, key: pairs if kind == "matrix" else pairs[0]}

    def late(text: re.Match[str]) -> str:
        return (datetime.fromisoformat(text[0]) + timedelta(seconds=seconds)).isoformat()

    def spoil(passing: Passing) -> Passing:
        read = json.loads(passing.body)
        data = read["data"]
        if isinstance(data, dict) and "resultType" in data:
            kind, result = data["resultType"], data["result"]
            if kind == "scalar":
                data["result"] = [result[0] + seconds, str(float(result[1]) + seconds)]
            else:
                of_values = seconds if "timestamp(" in unquote(passing.path + passing.asked) else 0.0
                data["result"] = [moved(series, kind, of_values) for series in result]
            return replace(passing, body=json.dumps(read).encode())
        return replace(passing, body=_TIME.sub(late, passing.body.decode()).encode())

    return spoil


@pytest.mark.parametrize("seconds", [-8 * HOUR, 0.0, 26 * HOUR])
def test_the_age_of_records_is_that_of_this_machine(pair: Pair, seconds: float) -> None:
    """A server that is 8 h slow makes no record younger, and one that is 26 h fast makes none older."""
    by = load(pair.policy(more="runs: {max_age: 1d}\n"))
    with proxy(pair.strict.url) as front:
        front.spoil = shifted(seconds)
        for age, verdict in ((60.0, Verdict.GO), (30 * HOUR, Verdict.HOLD)):
            by = replace(by, journal=pair.folder / f"{seconds:.0f}-{age:.0f}.sqlite")
            for gate in RUN_GATES:
                append(by.journal, Record(gate, run_key(by), "PASS", time.time() - age, {}))
            report = decide(by, front.url)
            assert report.judgement.verdict is verdict, detail(report)
            assert report.clock_skew_seconds == pytest.approx(seconds, abs=10)
            assert reasons(report, "obs-lint") == ([] if verdict is Verdict.GO else [Reason.NO_RECORD])


@pytest.mark.parametrize(("limit", "verdict"), [("0.60 # a comment", Verdict.GO), ("0.2", Verdict.HOLD)])
def test_a_policy_that_is_edited_in_a_watch_has_no_record_from_then_on(
    pair: Pair, limit: str, verdict: Verdict
) -> None:
    """It belongs to another dry run as soon as it means something else. A comment changes nothing."""
    path = pair.policy(more="runs: {max_age: 1d}\n")
    by = replace(load(path), journal=pair.folder / f"watched-{verdict}.sqlite")
    for gate in RUN_GATES:
        append(by.journal, Record(gate, run_key(by), "PASS", time.time(), {}))
    heard = Heard()

    def edit() -> None:
        path.write_text(path.read_text(encoding="utf-8").replace("0.6]}}", f"{limit}\n]}}}}"), encoding="utf-8")

    seen = watch(by, pair.strict.url, timedelta(seconds=3), heard, edit)
    assert heard.verdicts[0] == Verdict.GO
    assert set(heard.verdicts[1:]) == {verdict}
    assert reasons(seen.last) == []
    assert ("was edited since it was read" in detail(seen.last, "obs-lint")) == (verdict is Verdict.HOLD)


@pytest.mark.parametrize(
    ("limit", "verdict", "told"),
    [
        ("0.60 # a comment", Verdict.GO, ""),
        ("0.2", Verdict.HOLD, "was edited since it was read and means something else now"),
        ("{}", Verdict.HOLD, "the records of the runs cannot be looked up: the policy has"),
    ],
)
def test_a_policy_without_run_gates_that_is_edited_in_a_watch_proves_nothing_more(
    pair: Pair, limit: str, verdict: Verdict, told: str
) -> None:
    """A watch never goes on by a policy that somebody has tightened, or broken."""
    path = pair.policy()
    by = replace(load(path), journal=pair.folder / "without-gates.sqlite")
    heard = Heard()

    def edit() -> None:
        path.write_text(path.read_text(encoding="utf-8").replace("0.6]}}", f"{limit}\n]}}}}"), encoding="utf-8")

    seen = watch(by, pair.strict.url, timedelta(seconds=3), heard, edit)
    assert heard.verdicts[0] == Verdict.GO
    assert set(heard.verdicts[1:]) == {verdict}
    assert told in report_text(seen.last)


def test_rules_that_are_edited_in_a_watch_have_no_record_even_if_somebody_proves_them(pair: Pair) -> None:
    """Records of the edited files belong to another dry run."""
    by = replace(load(pair.policy(more="runs: {max_age: 1d}\n")), journal=pair.folder / "proved.sqlite")
    heard, path = Heard(), pair.folder / "rules.yml"
    text = path.read_text(encoding="utf-8")

    def record() -> None:
        for gate in RUN_GATES:
            append(by.journal, Record(gate, run_key(by), "PASS", time.time(), {}))

    def edit() -> None:
        path.write_text(f"# edited\n{text}", encoding="utf-8")
        record()

    record()
    try:
        seen = watch(by, pair.strict.url, timedelta(seconds=3), heard, edit)
    finally:
        path.write_text(text, encoding="utf-8")
    assert heard.verdicts[0] == Verdict.GO
    assert set(heard.verdicts[1:]) == {Verdict.HOLD}
    assert "were edited since the dry run began" in detail(seen.last, "obs-lint")
