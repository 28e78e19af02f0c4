"""The evidence for one verdict, in one batch. A question without an answer is unread, and no error is raised."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from gonogo.errors import UsageError
from gonogo.model.evidence import RunState, TargetHealth, Unread
from gonogo.model.outcome import Reason
from gonogo.model.replacing import replace
from gonogo.policy.load import load
from gonogo.programs.processes import prometheus
from gonogo.programs.server_process import RunningServer
from gonogo.server.http import Client
from gonogo.server.rules_api import rules
from gonogo.verdict.core.answers import answer_doubts
from gonogo.verdict.decide import prepare
from gonogo.verdict.gather import Gathered, gather
from tests.faulty_server import EMPTY_ANSWER, Connection, faulty
from tests.live.proxy import Passing, Spoil, proxy
from tests.waiting import await_true

POLICY = """\
version: 1
preset: null
realm: null
prefix: duri
heartbeat: {textfile_dir: .}
subjects: [instance]
signals: {up: {metric: up}, twice: {metric: up_twice}}
gates: {alive: {require: [up == 1, twice >= 2 for 30s]}}
runs: {required: []}
rules: [rules.yml]
tests: []
"""
RUNS = {"obs-lint": RunState(1.0, last_passed=True)}
WHOLE = b'"status":"success"'
PARTIAL = b'"warnings":["a shard is gone"],"status":"success"'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy with its rules."""
    folder = tmp_path_factory.mktemp("gather")
    (folder / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    rule = {"record": "up_twice", "expr": "2 * up"}
    groups = {"groups": [{"name": "g", "interval": "1s", "rules": [rule]}]}
    (folder / "rules.yml").write_text(yaml.safe_dump(groups), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[RunningServer]:
    """A Prometheus that scrapes itself, with evaluated rules."""
    job = {"job_name": "self", "static_configs": [{"targets": ["127.0.0.1:1"], "labels": {"instance": "dead"}}]}
    config = {"global": {"scrape_interval": "1s"}, "rule_files": [str(folder / "rules.yml")], "scrape_configs": [job]}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    with prometheus(folder / "p", folder / "prometheus.yml") as server:
        own = {"targets": [server.url.removeprefix("http://")], "labels": {"instance": "own"}}
        job["static_configs"] = [own, *job["static_configs"]]
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        server.restart()
        await_true(lambda: rules(Client(), server.url)[0].rules[0].evaluated_at)
        await_true(lambda: len(gathered(folder, server.url).evidence.instant) == 4)  # type: ignore[arg-type]  # it is read
        yield server


def gathered(folder: Path, url: str) -> Gathered:
    """Gather the evidence for the policy."""
    return gather(prepare(load(folder / "gonogo.yaml"), url), RUNS)


def only(part: str, spoil: Spoil) -> Spoil:
    """Spoil the answers to questions with ``part`` in their path."""
    return lambda passing: spoil(passing) if part in passing.path else passing


def refused(passing: Passing) -> Passing:
    """Answer 403."""
    return replace(passing, status=403, body=b"not you")


def test_questions_without_an_answer_are_unread(folder: Path) -> None:
    """Each question has its cause and next step. Runs and files do not come from the server."""
    with faulty(lambda connection: connection.answer("404 Not Found", b"nothing here")) as server:
        found = gathered(folder, server.url)
    given = found.evidence
    for part in (given.ranges, given.instant, given.pushes, given.rules, given.targets, given.origins, given.vanished):
        assert isinstance(part, Unread)
        assert part.why == "the server answered 404 Not Found: nothing here"
        assert part.next_step
    assert (found.evidence.version, found.clock_skew_seconds) == (None, None)
    assert given.runs == RUNS
    assert [group.name for group in given.files] == ["g"]


def test_a_partial_answer_about_quoted_names_is_partial(tmp_path: Path) -> None:
    """Only a server that cannot read quoted names leaves their sources untraced."""
    (tmp_path / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    rule = {"record": "up_twice", "expr": 'sum({"http.requests"})'}
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": [rule]}]}), encoding="utf-8")

    def warn(connection: Connection) -> None:
        warned = b"gonogo_place" in connection.request and b"http.requests" in connection.request
        connection.answer("200 OK", EMPTY_ANSWER.replace(WHOLE, PARTIAL) if warned else EMPTY_ANSWER)

    with faulty(warn) as server:
        found = gathered(tmp_path, server.url).evidence
    assert isinstance(found.origins, Unread)
    assert found.origins.partial
    assert found.untraced == {}


def test_an_error_in_a_thread_is_raised_in_the_main_thread(folder: Path) -> None:
    """The error is not a failure of the server."""
    with pytest.raises(UsageError, match="is not the URL of a server"):
        gathered(folder, "ftp://host")


def test_waiting_threads_do_not_delay_the_end(folder: Path) -> None:
    """All threads that wait for an answer are daemon threads, so an interrupt ends the command at once."""
    began = threading.Event()

    def hang(connection: Connection) -> None:
        began.set()
        connection.hang()

    with faulty(hang) as server:
        asking = threading.Thread(target=gathered, args=(folder, server.url), daemon=True)
        asking.start()
        assert began.wait(10)
        waiting = [thread for thread in threading.enumerate() if thread.name.startswith("gonogo-")]
        assert waiting
        assert all(thread.daemon for thread in waiting)
    asking.join(20)
    assert not asking.is_alive()


@pytest.mark.live
@pytest.mark.xdist_group("gather")
def test_all_evidence_is_read_in_one_batch(folder: Path, server: RunningServer) -> None:
    """The evidence has samples, the instant answer, rules, targets, sources, version and clock."""
    found = gathered(folder, server.url)
    given = found.evidence
    assert not isinstance(given.ranges, Unread)
    assert {name: len(series) for name, series in given.ranges.items()} == {"up": 2, "twice": 2}
    assert not isinstance(given.rules, Unread)
    assert [state.rule.name for group in given.rules for state in group.rules] == ["up_twice"]
    assert not isinstance(given.targets, Unread)
    assert {target.health for target in given.targets} == {TargetHealth.UP, TargetHealth.DOWN}
    assert not isinstance(given.origins, Unread)
    assert {row.labels["instance"] for rows in given.origins.values() for row in rows} == {"own", "dead"}
    assert (given.pushes, given.vanished) == ((), ())
    assert not given.nan_ends_series
    assert found.evidence.version
    assert found.clock_skew_seconds == pytest.approx(0, abs=2)


@pytest.mark.live
@pytest.mark.xdist_group("gather")
@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/api/v1/rules", {"rules"}),
        ("/api/v1/targets", {"targets"}),
        ("/api/v1/label/", {"vanished"}),
        ("/api/v1/status/buildinfo", {"ranges"}),
        ("/api/v1/status/runtimeinfo", {"ranges"}),
        ("/api/v1/query", {"ranges", "instant", "pushes", "origins", "vanished"}),
    ],
)
def test_one_unanswered_question_leaves_the_others(
    folder: Path, server: RunningServer, path: str, parts: set[str]
) -> None:
    """The answers are kept, and the missing answer is named."""
    with proxy(server.url) as front:
        front.spoil = only(path, refused)
        found = gathered(folder, front.url)
    names = ("ranges", "instant", "pushes", "rules", "targets", "origins", "vanished")
    read = {name: getattr(found.evidence, name) for name in names}
    unread = {name: part.why for name, part in read.items() if isinstance(part, Unread)}
    assert set(unread) == parts, unread
    assert (found.evidence.version is None) == (path == "/api/v1/status/buildinfo")


@pytest.mark.live
@pytest.mark.xdist_group("gather")
def test_the_day_of_recent_subjects_ends_at_the_time_of_the_server(
    folder: Path, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A local clock two days ahead is reported, and does not change the question."""
    asked: list[str] = []

    def listen(passing: Passing) -> Passing:
        asked.append(passing.path)
        return passing

    clock, ahead = time.time, 2 * 86_400.0
    monkeypatch.setattr(time, "time", lambda: clock() + ahead)
    with proxy(server.url) as front:
        front.spoil = only("/api/v1/label/", listen)
        found = gathered(folder, front.url)
    assert found.clock_skew_seconds == pytest.approx(-ahead, abs=5)
    (question,) = asked
    day = parse_qs(urlsplit(question).query)
    assert [float(day[end][0]) - clock() for end in ("start", "end")] == pytest.approx([-86_400, 0], abs=5)


@pytest.mark.live
@pytest.mark.xdist_group("gather")
@pytest.mark.parametrize("path", ["query", "label/", "rules", "targets", "status/buildinfo", "status/runtimeinfo"])
def test_a_warning_in_any_answer_makes_the_verdict_partial(folder: Path, server: RunningServer, path: str) -> None:
    """A partial list of subjects counts too, because it may lack a subject."""
    with proxy(server.url) as front:
        front.spoil = only(f"/api/v1/{path}", lambda p: replace(p, body=p.body.replace(WHOLE, PARTIAL, 1)))
        doubts = tuple(answer_doubts(gathered(folder, front.url).evidence))
    assert {doubt.reason for doubt in doubts} == {Reason.PARTIAL}
    assert all("a shard is gone" in doubt.detail for doubt in doubts)
