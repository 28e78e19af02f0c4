"""The subjects that were seen within a day and have no series now, read from a real server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

import pytest

from gonogo.model.condition import parse_condition
from gonogo.model.evidence import TargetHealth, Unread
from gonogo.model.policy import Gate, Policy, Signal, evaluated_metric
from gonogo.model.replacing import replace
from gonogo.promql.matchers import named
from gonogo.server.api import query
from gonogo.server.envelope import PartialAnswer
from gonogo.verdict import evaluated_subjects
from gonogo.verdict.inquiry import Inquiry
from gonogo.verdict.subjects import recent_subjects, vanished_subjects
from tests.evidence_builder import NOW, evidence, target
from tests.faulty_server import faulty
from tests.live.proxy import Passing, proxy
from tests.verdict.node_scene import CLIENT, ODD, SERVICES, Scene, fleet, inquiry, node_scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Start the server and the node."""
    with node_scene(tmp_path_factory.mktemp("node")) as scene:
        yield scene


def test_without_subjects_no_question_is_sent() -> None:
    """The same holds without candidates, and without an answer to an earlier question."""
    assert recent_subjects(inquiry(), fleet(), {}, NOW) == ()
    assert recent_subjects(inquiry(), replace(fleet("service"), gates=()), {}, NOW) == ()
    for odd in ({"vanished": Unread("q", "w")}, {"instant": Unread("q", "w")}, {"vanished": ()}):
        assert vanished_subjects(inquiry(), fleet("service"), evidence(**odd)) == ()


def test_too_many_missing_subjects_are_all_kept() -> None:
    """Too many subjects are not followed by name. All of them count as seen within a day."""
    gone = ({"service": "a"}, {"service": "b"})
    server = inquiry()
    assert vanished_subjects(server, fleet("service"), evidence(vanished=gone), most=1) == gone


@pytest.mark.live
@pytest.mark.xdist_group("subjects")
@pytest.mark.parametrize("labels", [("service",), ("service", "zone")])
def test_a_vanished_subject_is_found(scene: Scene, labels: tuple[str, ...]) -> None:
    """The subject has one label or several, with any value. Only the policy's realm counts."""
    by = fleet(*labels)
    scene.export(*SERVICES)
    scene.export("mail")
    candidates = recent_subjects(inquiry(scene.url), by, {}, time.time())
    assert {subject["service"] for subject in candidates} == set(SERVICES)
    newest = query(CLIENT, scene.url, named(["duri_x"])).series
    gone = vanished_subjects(inquiry(scene.url), by, evidence(instant=newest, vanished=candidates))
    assert {subject["service"] for subject in gone} == {"web", ODD}
    assert all(set(subject) == set(labels) for subject in gone)


WITNESSES = {"e": 'duri_x{metric_realm="prod"}'}


def expressed(*labels: str, text: str = "duri_x > 0") -> Policy:
    """Build a policy that requires an expression, and no metric."""
    e = Signal("e", evaluated_metric("e"), expression=text, interval=timedelta(seconds=15))
    gates = (Gate("g", (parse_condition("e == 1"),)),)
    return replace(fleet(*labels), signals={"e": e}, gates=gates)


@pytest.mark.live
@pytest.mark.xdist_group("subjects")
@pytest.mark.parametrize("labels", [("service",), ("service", "zone")])
@pytest.mark.parametrize("witnesses", [{}, WITNESSES])
def test_a_vanished_subject_of_an_expression_is_found(
    scene: Scene, labels: tuple[str, ...], witnesses: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is found by a raw series that every subject has, or else by the expression over the day.

    The subjects live for a few seconds here, so the day is searched second by second.
    """
    monkeypatch.setattr(evaluated_subjects, "STEP", timedelta(seconds=1))
    by = expressed(*labels)
    scene.export(*SERVICES)
    scene.export("mail")
    candidates = recent_subjects(inquiry(scene.url), by, witnesses, time.time())
    assert {subject["service"] for subject in candidates} == set(SERVICES)
    newest = tuple(
        replace(series, labels={**series.labels, "__name__": "signal e"})
        for series in query(CLIENT, scene.url, named(["duri_x"])).series
    )
    gone = vanished_subjects(inquiry(scene.url), by, evidence(instant=newest, vanished=candidates))
    assert {subject["service"] for subject in gone} == {"web", ODD}


@pytest.mark.live
@pytest.mark.xdist_group("subjects")
def test_a_raw_series_alone_does_not_show_a_subject_of_an_expression(scene: Scene) -> None:
    """The expression had no result for the subject. Even many such subjects are looked up."""
    by = expressed("service", text="duri_x < 0")
    scene.export(*SERVICES)
    candidates = recent_subjects(inquiry(scene.url), by, WITNESSES, time.time())
    assert {subject["service"] for subject in candidates} == set(SERVICES)
    none = evidence(instant=(), vanished=candidates)
    assert vanished_subjects(inquiry(scene.url), by, none) == ()
    assert vanished_subjects(inquiry(scene.url), by, none, most=1) == ()


def test_the_index_is_asked_in_parts() -> None:
    """A question to the index has to fit into a URL."""
    texts = tuple(f"{n:0400}" for n in range(5))
    with faulty(lambda connection: connection.answer("200 OK", b'{"status":"success","data":["a"]}')) as server:
        witnesses = {"e": texts[0], **dict(zip(texts, texts, strict=True))}
        asked = recent_subjects(inquiry(server.url), expressed("service"), witnesses, NOW)
        assert asked == ({"service": "a"},) * 3
        assert [request.count("match%5B%5D") for request in server.requests] == [2, 2, 1]


def why_refused(question: Callable[[], object]) -> str:
    """Ask a question, and return why its answer is refused."""
    with pytest.raises(PartialAnswer) as caught:
        question()
    return caught.value.why


def warn(passing: Passing) -> Passing:
    """Add a warning to an answer."""
    return replace(passing, body=passing.body.replace(b'"success"', b'"success","warnings":["a shard is gone"]', 1))


@pytest.mark.live
@pytest.mark.xdist_group("subjects")
def test_an_answer_with_warnings_answers_no_question(scene: Scene) -> None:
    """A partial answer could hide a missing subject."""
    scene.export("mail")
    gone = evidence(targets=(target(TargetHealth.DOWN),), vanished=({"service": "web"},))
    with proxy(scene.url) as front:
        front.spoil = warn
        server = Inquiry(CLIENT, front.url)
        assert why_refused(lambda: recent_subjects(server, fleet("service"), {}, time.time())) == "a shard is gone"
        assert (
            why_refused(lambda: recent_subjects(server, fleet("service", "zone"), {}, time.time())) == "a shard is gone"
        )
        assert why_refused(lambda: vanished_subjects(server, fleet("service"), gone)) == "a shard is gone"
