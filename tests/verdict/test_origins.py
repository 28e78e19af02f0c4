"""The sources of series, now and within a day, read from a real server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from gonogo.errors import SourceError
from gonogo.model.evidence import Origin, TargetHealth, Unread
from gonogo.model.policy import Receiver
from gonogo.model.replacing import replace
from gonogo.promql.matchers import equal, narrowed
from gonogo.promql.selectors import Selector, selectors
from gonogo.server.api import query
from gonogo.server.envelope import PartialAnswer
from gonogo.server.status_api import targets
from gonogo.verdict.inquiry import Inquiry
from gonogo.verdict.origins import (
    LONGEST_NARROWING,
    fed_by_push_groups,
    fed_by_subject,
    gone_sources,
    heartbeats,
    origins,
)
from tests.evidence_builder import evidence, origin, target
from tests.faulty_server import faulty
from tests.live.proxy import Passing, proxy
from tests.verdict.node_scene import CLIENT, ODD, SERVICES, Scene, fleet, inquiry, node_scene
from tests.waiting import await_true


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Start the server and the node."""
    with node_scene(tmp_path_factory.mktemp("node")) as scene:
        yield scene


def all_of(*expressions: str) -> tuple[Selector, ...]:
    """Return the selectors of these expressions."""
    return tuple(selector for expression in expressions for selector in selectors(expression))


def themselves(asked: tuple[Selector, ...]) -> dict[str, str]:
    """Ask for each selector as it is."""
    return {selector.text: selector.text for selector in asked}


def test_without_selectors_no_question_is_sent() -> None:
    """The same holds without an answer to an earlier question, and without pushes that share a source."""
    assert origins(inquiry(), {}, realm="prod") == {}
    assert gone_sources(inquiry(), evidence(), (), realm="prod") == {}
    for odd in ({"origins": Unread("q", "w")}, {"targets": Unread("q", "w")}):
        assert gone_sources(inquiry(), evidence(**odd), all_of("x"), realm="prod") == {}
    for unread in (evidence(), evidence(pushes=Unread("the newest samples", "gone"))):
        assert fed_by_push_groups(inquiry(), fleet(), unread, all_of("x")) == {}


@pytest.mark.parametrize("place", ["", "x", "2", "-1", "²"])
def test_an_answer_to_another_question_is_an_error(place: str) -> None:
    """A row without a known selector cannot be assigned."""
    rows = f'[{{"metric":{{"gonogo_place":"{place}"}},"value":[1700000000,"1"]}}]'
    body = f'{{"status":"success","data":{{"resultType":"vector","result":{rows}}}}}'.encode()
    with (
        faulty(lambda connection: connection.answer("200 OK", body)) as server,
        pytest.raises(SourceError, match="another question"),
    ):
        origins(inquiry(server.url), themselves(all_of("x", "y")), realm=None)


@pytest.mark.live
@pytest.mark.xdist_group("origins")
def test_each_selector_has_its_sources(scene: Scene) -> None:
    """Each selector has its jobs and instances, its realm and the time of its newest sample, also with quotes in it."""
    scene.export(*SERVICES)
    asked = all_of('duri_x{metric_realm="prod"}', "no_such", "up offset 1s", narrowed("duri_x", equal("service", ODD)))
    found = origins(inquiry(scene.url), themselves(asked), realm="prod")
    assert set(found) == {selector.text for selector in asked}
    node = {"job": "node", "instance": "n"}
    rows = [[row.labels for row in found[selector.text]] for selector in asked]
    assert rows == [[{**node, "metric_realm": "prod"}], [], [node], [{**node, "metric_realm": "prod"}]]
    ages = [time.time() - row.newest for rows in found.values() for row in rows if row.newest is not None]
    assert len(ages) == 3
    assert max(ages) < 60


@pytest.mark.live
@pytest.mark.xdist_group("origins")
def test_the_subjects_of_a_source_are_found(scene: Scene) -> None:
    """Only the sources in doubt are asked for, or all of them if there are very many."""
    scene.export("mail", "web")
    (selector,) = all_of('duri_x{metric_realm="prod"}')
    for sources in ((("node", "n"),), tuple(("node", str(number)) for number in range(501))):
        doubted = {selector.text: sources}
        found = fed_by_subject(inquiry(scene.url), fleet("service"), evidence(), doubted)
        assert {row.labels["service"] for row in found[selector.text]} == {"mail", "web"}
    elsewhere = {selector.text: (("node", "m"),)}
    assert fed_by_subject(inquiry(scene.url), fleet("service"), evidence(), elsewhere) == {selector.text: ()}


@pytest.mark.live
@pytest.mark.xdist_group("origins")
def test_the_series_of_a_down_target_are_still_known(scene: Scene) -> None:
    """The series are gone from the instant answer, but they were there within the day."""
    scene.export("mail")
    asked = all_of('duri_x{metric_realm="prod"}', "no_such")
    beats = tuple(Receiver("r", text) for text in ('up{job="node"}', 'duri_x{metric_realm="prod"}', "no_such"))
    assert [at is not None for at in heartbeats(inquiry(scene.url), beats).values()] == [True, True, False]
    scene.node.kill()
    try:
        await_true(lambda: targets(CLIENT, scene.url)[0].health is TargetHealth.DOWN)
        await_true(lambda: not query(CLIENT, scene.url, "duri_x").series)
        assert not any(heartbeats(inquiry(scene.url), beats).values()), "up is 0, however fresh its samples are"
        assert not any(origins(inquiry(scene.url), themselves(asked), realm=None).values())
        given = evidence(targets=targets(CLIENT, scene.url), origins={})
        found = gone_sources(inquiry(scene.url), given, asked, realm=None, by=("service", "no.classic"))
        gone = found[asked[0].text]
        assert Origin({"job": "node", "instance": "n", "service": "mail"}, None) in gone
        assert found["no_such"] == ()
        others = {asked[0].text: (origin(instance="m"), origin(job="other"))}
        same = gone_sources(inquiry(scene.url), replace(given, origins=others), asked, realm=None, by=("service",))
        assert same == found
        itself = {asked[0].text: (origin(instance="n"), origin(instance="x" * LONGEST_NARROWING))}
        for rows in (itself[asked[0].text][:1], itself[asked[0].text]):
            known = replace(given, origins={asked[0].text: rows})
            assert gone_sources(inquiry(scene.url), known, asked, realm=None)[asked[0].text] == ()
        elsewhere = replace(given, targets=(target(TargetHealth.DOWN),))
        assert not any(gone_sources(inquiry(scene.url), elsewhere, asked, realm=None).values())
    finally:
        scene.node.launch()


def why_refused(question: Callable[[], object]) -> str:
    """Ask a question, and return why its answer is refused."""
    with pytest.raises(PartialAnswer) as caught:
        question()
    return caught.value.why


def warn(passing: Passing) -> Passing:
    """Add a warning to an answer."""
    return replace(passing, body=passing.body.replace(b'"success"', b'"success","warnings":["a shard is gone"]', 1))


@pytest.mark.live
@pytest.mark.xdist_group("origins")
def test_an_answer_with_warnings_answers_no_question(scene: Scene) -> None:
    """A partial answer could hide a source."""
    scene.export("mail")
    with proxy(scene.url) as front:
        front.spoil = warn
        server = Inquiry(CLIENT, front.url)
        assert why_refused(lambda: origins(server, {"up": "up"}, realm=None)) == "a shard is gone"
        assert (
            why_refused(lambda: gone_sources(server, evidence(origins={}), all_of("up"), realm=None))
            == "a shard is gone"
        )
