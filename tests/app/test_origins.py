"""Which subjects are missing now: what needs no question to a server."""

from __future__ import annotations

from dataclasses import replace

from gonogo.app.origins import MOST_FOLLOWED, vanished_subjects
from gonogo.model.evidence import Unread
from gonogo.prometheus.http import Client
from tests.evidence_builder import evidence, policy, samples

NOWHERE = "http://127.0.0.1:9"
BY = policy("x == 1", subjects=("service",))
HERE = evidence(samples("duri_x", service="a"), samples("duri_y", service="b"), samples("duri_y"))


def seen(count: int) -> tuple[dict[str, str], ...]:
    """List the two subjects that are there, and some that are not."""
    return tuple({"service": name} for name in ("a", "b", *(f"gone-{number}" for number in range(count))))


def test_nothing_is_missing_where_all_are_there() -> None:
    """A subject is there with a series of any signal, and nobody is asked about it."""
    assert vanished_subjects(BY, replace(HERE, vanished=seen(0)), Client(), NOWHERE) == ()


def test_too_many_to_ask_about_all_count_as_missing() -> None:
    """Beyond what one question can name, none is left out."""
    given = replace(HERE, vanished=seen(MOST_FOLLOWED + 1))
    assert vanished_subjects(BY, given, Client(), NOWHERE) == seen(MOST_FOLLOWED + 1)[2:]


def test_several_labels_are_never_asked_about_again() -> None:
    """Candidates of more than one label were seen within the day already."""
    by = replace(BY, subjects=("service", "zone"))
    given = replace(HERE, vanished=({"service": "a", "zone": "north"},))
    assert vanished_subjects(by, given, Client(), NOWHERE) == ({"service": "a", "zone": "north"},)


def test_what_was_not_read_is_not_followed_up() -> None:
    """An unread answer is a doubt of its own, and no list of missing subjects."""
    unread = Unread("the newest samples", "refused")
    assert vanished_subjects(BY, replace(HERE, vanished=seen(1), instant=unread), Client(), NOWHERE) == ()
    assert vanished_subjects(BY, replace(HERE, vanished=unread), Client(), NOWHERE) == ()
