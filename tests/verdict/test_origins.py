"""The sources of series, and the vanished series, read from a real server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from gonogo.errors import SourceError
from gonogo.model.condition import parse_condition
from gonogo.model.evidence import TargetHealth, Unread
from gonogo.model.policy import Gate, Policy, Scope, Signal
from gonogo.programs.processes import node_exporter, prometheus
from gonogo.programs.server_process import RunningServer
from gonogo.promql.matchers import equal, named, narrowed
from gonogo.promql.selectors import Selector, selectors
from gonogo.server.api import query
from gonogo.server.envelope import PartialAnswer
from gonogo.server.http import Client
from gonogo.server.status_api import targets
from gonogo.verdict.origins import (
    Inquiry,
    fed_by_down_targets,
    fed_by_push_groups,
    origins,
    recent_subjects,
    vanished_subjects,
)
from tests.evidence_builder import NOW, evidence, policy, target
from tests.faulty_server import faulty
from tests.live.proxy import Passing, proxy
from tests.waiting import await_true

CLIENT = Client()
ODD = 'a"b\\c.*\n'
SERVICES = ("mail", "web", ODD)


def fleet(*subjects: str) -> Policy:
    """Build a policy over services."""
    return policy(
        subjects=subjects,
        signals={
            "x": Signal("x", "duri_x"),
            "y": Signal("y", "duri_y"),
            "all": Signal("all", "duri_all", scope=Scope.SHARED),
        },
        gates=(Gate("g", tuple(parse_condition(f"{name} == 1") for name in ("x", "y", "all"))),),
    )


def all_of(*expressions: str) -> tuple[Selector, ...]:
    """Return the selectors of these expressions."""
    return tuple(selector for expression in expressions for selector in selectors(expression))


def exposition(*services: str) -> str:
    """Write the metrics of the node: two with the same labels for each service, and one of another realm."""
    written = [value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for value in services]
    lines = [
        f'{metric}{{metric_realm="prod",service="{value}",zone="z"}} 1'
        for metric in ("duri_x", "duri_y")
        for value in written
    ]
    return "\n".join((*lines, 'duri_x{metric_realm="dev",service="toy",zone="z"} 1', ""))


@dataclass(frozen=True, slots=True)
class Scene:
    """A server that scrapes a node, and the node's text file."""

    server: RunningServer
    node: RunningServer
    file: Path

    @property
    def url(self) -> str:
        """The server's URL."""
        return self.server.url

    def export(self, *services: str) -> None:
        """Export these services, and wait until the server has scraped them."""
        self.file.write_text(exposition(*services), encoding="utf-8")
        count = f'count(duri_x{{metric_realm="prod"}}) == {len(services)}'
        await_true(lambda: query(CLIENT, self.url, count).series)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Start the server and the node."""
    folder = tmp_path_factory.mktemp("origins")
    (folder / "textfile").mkdir()
    with node_exporter(folder / "textfile") as node:
        address = node.url.removeprefix("http://")
        job = {"job_name": "node", "static_configs": [{"targets": [address], "labels": {"instance": "n"}}]}
        config = {"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        with prometheus(folder / "p", folder / "prometheus.yml") as server:
            yield Scene(server, node, folder / "textfile" / "services.prom")


def test_without_selectors_or_subjects_no_question_is_sent() -> None:
    """The same holds without down targets and without vanished subjects."""
    nowhere = "http://127.0.0.1:1"
    assert origins(Inquiry(CLIENT, nowhere), ()) == {}
    assert fed_by_down_targets(Inquiry(CLIENT, nowhere), evidence(), all_of("x")) == {}
    unread = evidence(targets=Unread("the targets", "gone"))
    assert fed_by_down_targets(Inquiry(CLIENT, nowhere), unread, all_of("x")) == {}
    for unread in (evidence(), evidence(pushes=Unread("the newest samples", "gone"))):
        assert fed_by_push_groups(Inquiry(CLIENT, nowhere), unread, all_of("x")) == {}
    assert recent_subjects(Inquiry(CLIENT, nowhere), fleet(), NOW) == ()
    assert recent_subjects(Inquiry(CLIENT, nowhere), replace(fleet("service"), gates=()), NOW) == ()
    for odd in ({"vanished": Unread("q", "w")}, {"instant": Unread("q", "w")}, {"vanished": ()}):
        assert vanished_subjects(Inquiry(CLIENT, nowhere), fleet("service"), evidence(**odd)) == ()


@pytest.mark.parametrize("place", ["", "x", "2", "-1", "²"])
def test_an_answer_to_another_question_is_an_error(place: str) -> None:
    """A row without a known selector cannot be assigned."""
    rows = f'[{{"metric":{{"gonogo_selector":"{place}"}},"value":[1700000000,"1"]}}]'
    body = f'{{"status":"success","data":{{"resultType":"vector","result":{rows}}}}}'.encode()
    with (
        faulty(lambda connection: connection.answer("200 OK", body)) as server,
        pytest.raises(SourceError, match="another question"),
    ):
        origins(Inquiry(CLIENT, server.url), all_of("x", "y"))


def test_too_many_missing_subjects_are_all_kept() -> None:
    """Too many subjects are not followed by name. All of them count as seen within a day."""
    gone = ({"service": "a"}, {"service": "b"})
    server = Inquiry(CLIENT, "http://127.0.0.1:1")
    assert vanished_subjects(server, fleet("service"), evidence(vanished=gone), most=1) == gone


@pytest.mark.live
@pytest.mark.xdist_group("origins")
def test_each_selector_has_its_sources(scene: Scene) -> None:
    """Each selector has its jobs and instances, also with quotes in it."""
    scene.export(*SERVICES)
    asked = all_of('duri_x{metric_realm="prod"}', "no_such", "up offset 1s", narrowed("duri_x", equal("service", ODD)))
    found = origins(Inquiry(CLIENT, scene.url), asked)
    assert set(found) == {selector.text for selector in asked}
    rows = [[(row["job"], row["instance"]) for row in found[selector.text]] for selector in asked]
    assert rows == [[("node", "n")], [], [("node", "n")], [("node", "n")]]


@pytest.mark.live
@pytest.mark.xdist_group("origins")
def test_the_series_of_a_down_target_are_still_known(scene: Scene) -> None:
    """The series are gone from the instant answer, but they were there within the day."""
    scene.export("mail")
    selector = all_of('duri_x{metric_realm="prod"}', "no_such")
    scene.node.kill()
    try:
        await_true(lambda: targets(CLIENT, scene.url)[0].health is TargetHealth.DOWN)
        await_true(lambda: not query(CLIENT, scene.url, "duri_x").series)
        assert not any(origins(Inquiry(CLIENT, scene.url), selector).values())
        given = evidence(targets=targets(CLIENT, scene.url))
        found = fed_by_down_targets(Inquiry(CLIENT, scene.url), given, selector)
        assert [row["instance"] for row in found[selector[0].text]] == ["n"]
        assert found["no_such"] == ()
        assert fed_by_down_targets(Inquiry(CLIENT, scene.url), given, selector, most=0) == found
        other = evidence(targets=(target(TargetHealth.DOWN, job="node", instance="m"),))
        assert any(fed_by_down_targets(Inquiry(CLIENT, scene.url), other, selector, most=0).values())
        assert not any(fed_by_down_targets(Inquiry(CLIENT, scene.url), other, selector).values())
    finally:
        scene.node.launch()


@pytest.mark.live
@pytest.mark.xdist_group("origins")
@pytest.mark.parametrize("labels", [("service",), ("service", "zone")])
def test_a_vanished_subject_is_found(scene: Scene, labels: tuple[str, ...]) -> None:
    """The subject has one label or several, with any value. Only the policy's realm counts."""
    by = fleet(*labels)
    scene.export(*SERVICES)
    scene.export("mail")
    candidates = recent_subjects(Inquiry(CLIENT, scene.url), by, time.time())
    assert {subject["service"] for subject in candidates} == set(SERVICES)
    newest = query(CLIENT, scene.url, named(["duri_x"])).series
    gone = vanished_subjects(Inquiry(CLIENT, scene.url), by, evidence(instant=newest, vanished=candidates))
    assert {subject["service"] for subject in gone} == {"web", ODD}
    assert all(set(subject) == set(labels) for subject in gone)


@pytest.mark.live
@pytest.mark.xdist_group("origins")
def test_an_answer_with_warnings_answers_no_question(scene: Scene) -> None:
    """A partial answer could hide a missing series."""

    def warn(passing: Passing) -> Passing:
        return replace(passing, body=passing.body.replace(b'"success"', b'"success","warnings":["a shard is gone"]', 1))

    scene.export("mail")
    down = evidence(targets=(target(TargetHealth.DOWN, job="node", instance="n"),), vanished=({"service": "web"},))
    with proxy(scene.url) as front:
        front.spoil = warn
        server = Inquiry(CLIENT, front.url)
        for question in (
            lambda: origins(server, all_of("up")),
            lambda: fed_by_down_targets(server, down, all_of("up")),
            lambda: recent_subjects(server, fleet("service"), time.time()),
            lambda: recent_subjects(server, fleet("service", "zone"), time.time()),
            lambda: vanished_subjects(server, fleet("service"), down),
        ):
            with pytest.raises(PartialAnswer) as caught:
                question()
            assert caught.value.why == "a shard is gone"
