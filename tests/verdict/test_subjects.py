"""The subjects that were seen within a day and have no series now, read from a real server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from gonogo.model.evidence import TargetHealth, Unread
from gonogo.promql.matchers import named
from gonogo.server.api import query
from gonogo.server.envelope import PartialAnswer
from gonogo.verdict.inquiry import Inquiry
from gonogo.verdict.subjects import recent_subjects, vanished_subjects
from tests.evidence_builder import NOW, evidence, target
from tests.live.proxy import Passing, proxy
from tests.verdict.node_scene import CLIENT, ODD, SERVICES, Scene, fleet, inquiry, node_scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Start the server and the node."""
    with node_scene(tmp_path_factory.mktemp("node")) as scene:
        yield scene


def test_without_subjects_no_question_is_sent() -> None:
    """The same holds without candidates, and without an answer to an earlier question."""
    assert recent_subjects(inquiry(), fleet(), NOW) == ()
    assert recent_subjects(inquiry(), replace(fleet("service"), gates=()), NOW) == ()
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
    candidates = recent_subjects(inquiry(scene.url), by, time.time())
    assert {subject["service"] for subject in candidates} == set(SERVICES)
    newest = query(CLIENT, scene.url, named(["duri_x"])).series
    gone = vanished_subjects(inquiry(scene.url), by, evidence(instant=newest, vanished=candidates))
    assert {subject["service"] for subject in gone} == {"web", ODD}
    assert all(set(subject) == set(labels) for subject in gone)


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
        assert why_refused(lambda: recent_subjects(server, fleet("service"), time.time())) == "a shard is gone"
        assert why_refused(lambda: recent_subjects(server, fleet("service", "zone"), time.time())) == "a shard is gone"
        assert why_refused(lambda: vanished_subjects(server, fleet("service"), gone)) == "a shard is gone"
