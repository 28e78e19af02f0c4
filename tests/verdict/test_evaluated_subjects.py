"""The subjects of expressions within a day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest

from gonogo.errors import SourceError
from gonogo.model.policy import Policy, Signal, evaluated_metric
from gonogo.model.replacing import replace
from gonogo.server.http import Client
from gonogo.verdict.evaluated_subjects import evaluated_within
from tests.evidence_builder import policy
from tests.faulty_server import FaultyServer, faulty

DAY = timedelta(days=1)
A, B = {"service": "a", "metric_realm": "prod"}, {"service": "b", "metric_realm": "prod"}


def fleet(*subjects: str, **labels: str) -> Policy:
    """Build a policy that requires an expression and a metric, and warns by another expression."""
    made = policy("e == 1", "x == 1", "pages == 0", subjects=subjects)
    every = timedelta(seconds=15)
    signals = {
        "e": Signal("e", evaluated_metric("e"), labels=labels, expression="up", interval=every),
        "pages": Signal("pages", evaluated_metric("pages"), alerts={}, interval=every),
    }
    return replace(made, signals={**made.signals, **signals})


def seen(server: FaultyServer, with_policy: Policy, names: tuple[str, ...] = ("e",)) -> tuple[Mapping[str, str], ...]:
    """Ask for the subjects."""
    return evaluated_within(DAY, Client(), server.url, with_policy, names)


def answer(*found: Mapping[str, str]) -> bytes:
    """Build an answer with series of the only expression."""
    marked: list[dict[str, str]] = [{**labels, "gonogo_signal": "0"} for labels in found]
    result = [{"metric": labels, "value": [1, "1"]} for labels in marked]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()


def test_the_subjects_of_the_day_are_asked_for_in_one_question() -> None:
    """Results of another realm, and without the label of a subject, do not count."""
    body = answer(A, B, {**A, "pod": "2"}, {"service": "c", "metric_realm": "dev"}, {"metric_realm": "prod"})
    with faulty(lambda c: c.answer("200 OK", body)) as server:
        assert seen(server, fleet("service")) == ({"service": "a"}, {"service": "b"})
        assert len(server.requests) == 1
        (request,) = server.requests
        assert "last_over_time" in request
        assert "1d%3A5m" in request


def test_the_results_must_have_the_labels_of_the_signal() -> None:
    """The labels choose among several results."""
    body = answer({**A, "tier": "gold"}, {**B, "tier": "silver"})
    with faulty(lambda c: c.answer("200 OK", body)) as server:
        assert seen(server, fleet("service", tier="gold")) == ({"service": "a"},)


def test_without_a_signal_nothing_is_asked() -> None:
    """No question is sent."""
    with faulty(lambda c: c.answer("200 OK", answer())) as server:
        assert seen(server, fleet("service"), ()) == ()
        assert server.requests == []


def test_a_refused_expression_has_no_subjects() -> None:
    """Its signal is UNKNOWN for every subject anyway."""
    error = json.dumps({"status": "error", "errorType": "execution", "error": "many-to-many"}).encode()
    with faulty(lambda c: c.answer("422 Unprocessable Entity", error)) as server:
        assert seen(server, fleet("service")) == ()


def test_a_missing_answer_is_an_error() -> None:
    """Then no subject is known to be missing."""
    with (
        faulty(lambda c: c.answer("503 Service Unavailable", b"starting")) as server,
        pytest.raises(SourceError, match="503"),
    ):
        seen(server, fleet("service"))
