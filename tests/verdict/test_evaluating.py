"""Joint questions for expressions: a bad expression spoils no other one."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from urllib.parse import parse_qs, urlsplit

from gonogo.model.evidence import Unread
from gonogo.model.policy import Signal, evaluated_metric
from gonogo.model.replacing import replace
from gonogo.model.series import Series
from gonogo.server.http import Client
from gonogo.server.http_settings import HttpSettings
from gonogo.verdict.core.evaluations import NEWEST_SCRAPE, ExpressionQuestion
from gonogo.verdict.evaluating import MOST_PARTS, Evaluated, Evaluating
from tests.evidence_builder import evidence, policy
from tests.faulty_server import Connection, faulty

EVERY = timedelta(seconds=15)
MINUTE = timedelta(minutes=1)
_MEMBER = re.compile(r"label_replace\(\(\s(.*?)\s\), \"gonogo_signal\", \"(\d+)\"", re.DOTALL)


@dataclass(slots=True)
class Answering:
    """A server that gives each expression one series, refuses ``bad``, warns of ``odd`` and never answers ``slow``."""

    url: str
    asked: list[tuple[str, ...]] = field(default_factory=list)


@contextmanager
def answering() -> Iterator[Answering]:
    """Run the server."""
    asked: list[tuple[str, ...]] = []
    lock = threading.Lock()

    def answer(connection: Connection) -> None:
        head, _, body = connection.request.decode().partition("\r\n\r\n")
        (text,) = parse_qs(body or urlsplit(head.split()[1]).query)["query"]
        members = _MEMBER.findall(text)
        names = tuple(name for name, _ in members)
        with lock:
            asked.append(names)
        if "bad" in names:
            error = {"status": "error", "errorType": "execution", "error": "many-to-many"}
            connection.answer("422 Unprocessable Entity", json.dumps(error).encode())
        elif "slow" in names:
            connection.hang()
        else:
            steps = text.endswith("]")
            values = {"values": [[1, "1"]]} if steps else {"value": [1, "1"]}
            found = [{"metric": {"gonogo_signal": place}, **values} for _, place in members]
            warned = {"warnings": ["half"]} if "odd" in names else {}
            data = {"resultType": "matrix" if steps else "vector", "result": found}
            connection.answer("200 OK", json.dumps({"status": "success", "data": data, **warned}).encode())

    with faulty(answer) as server:
        yield Answering(server.url, asked)


def evaluated(server: Answering, *names: str, window: timedelta | None = None, answers: bool = True) -> Evaluated:
    """Evaluate signals whose expressions are these words."""
    signals = {f"{name}{n}": name for n, name in enumerate(names)}
    made = policy()
    with_signals = {
        **made.signals,
        **{
            name: Signal(name, evaluated_metric(name), expression=text, interval=EVERY)
            for name, text in signals.items()
        },
    }
    client = Client(HttpSettings(timeout=timedelta(seconds=0.5)))
    evaluating = Evaluating(client, server.url, replace(made, signals=with_signals))
    return evaluating.finish(evaluating.begin([ExpressionQuestion(signals, window, EVERY)]), answers=answers)


def test_all_expressions_are_one_question() -> None:
    """Each signal gets its own series."""
    with answering() as server:
        found = evaluated(server, "good", "good", "good")
    assert [series.metric for series in found.newest] == ["signal good0", "signal good1", "signal good2"]
    assert (found.ranges, found.unevaluated, len(server.asked)) == ({}, {}, 1)
    with answering() as server:
        found = evaluated(server, "good", window=MINUTE)
    assert {name: len(series) for name, series in found.ranges.items()} == {"good0": 1}
    assert found.newest == ()


def test_a_refused_expression_is_found_and_the_others_are_read() -> None:
    """The joint question is split, again if there are many, until the bad one is alone."""
    with answering() as server:
        found = evaluated(server, "good", "bad", "good")
    assert {series.metric for series in found.newest} == {"signal good0", "signal good2"}
    (refused,) = found.unevaluated.values()
    assert (refused.question, refused.refused) == ("the expression of bad1", True)
    assert "many-to-many" in refused.why
    assert len(server.asked) == 4
    with answering() as server:
        found = evaluated(server, *("good",) * 30, "bad", "bad", *("good",) * 18)
    assert set(found.unevaluated) == {"bad30", "bad31"}
    assert len(found.newest) == 48
    assert len(server.asked) <= 1 + MOST_PARTS + 8


def test_an_expression_without_an_answer_is_asked_alone_once() -> None:
    """The expressions are asked again only while the server answers other questions."""
    with answering() as server:
        found = evaluated(server, "good", "slow")
    assert [series.metric for series in found.newest] == ["signal good0"]
    assert "no whole answer within" in found.unevaluated["slow1"].why
    assert not found.unevaluated["slow1"].refused
    assert len(server.asked) == 3
    with answering() as server:
        found = evaluated(server, "good", "slow", answers=False)
    assert (set(found.unevaluated), len(server.asked)) == ({"good0", "slow1"}, 1)


def test_a_warning_is_about_one_expression() -> None:
    """The answer with the warning may not be whole."""
    with answering() as server:
        found = evaluated(server, "good", "odd")
    assert [series.metric for series in found.newest] == ["signal good0"]
    assert found.unevaluated["odd1"].partial
    assert "half" in found.unevaluated["odd1"].why


def test_an_answer_to_another_question_is_no_answer() -> None:
    """The place belongs to no signal that was asked for."""

    def answer(connection: Connection) -> None:
        found = [{"metric": {"gonogo_signal": "7"}, "value": [1, "1"]}]
        data = {"resultType": "vector", "result": found}
        connection.answer("200 OK", json.dumps({"status": "success", "data": data}).encode())

    with faulty(answer) as server:
        found = evaluated(Answering(server.url), "good")
    assert "no signal '7' was asked for" in found.unevaluated["good0"].why


def test_the_scrapes_belong_to_every_signal_of_their_question() -> None:
    """They are no signal themselves, and their failure leaves the past unknown."""
    made = policy()
    pages = Signal("pages", evaluated_metric("pages"), alerts={}, interval=EVERY)
    with_signals = replace(made, signals={"pages": pages})
    with answering() as server:
        evaluating = Evaluating(Client(), server.url, with_signals)
        asked = ExpressionQuestion({"pages": "good", "": NEWEST_SCRAPE}, MINUTE, EVERY)
        found = evaluating.finish(evaluating.begin([asked]), answers=True)
        assert {name: len(series) for name, series in found.scrapes.items()} == {"pages": 1}
        assert list(found.ranges) == ["pages"]
        asked = ExpressionQuestion({"pages": "good", "": "bad"}, MINUTE, EVERY)
        found = evaluating.finish(evaluating.begin([asked]), answers=True)
        assert (found.scrapes, found.unevaluated, list(found.ranges)) == ({}, {}, ["pages"])


def test_the_results_are_added_to_the_evidence() -> None:
    """An answer that is missing for the metrics stays missing."""
    with answering() as server:
        found = evaluated(server, "good", "bad")
    added = found.added_to(evidence(), inf)
    assert isinstance(added.instant, tuple)
    assert added.instant[-1].metric == "signal good0"
    assert set(added.unevaluated) == {"bad1"}
    step = Series({"__name__": "signal good0"}, (0.0,), (2.0,))
    joined = replace(found, ranges={"good0": (step,)}).added_to(evidence(), inf).ranges
    assert isinstance(joined, dict)
    assert joined["good0"] == (replace(step, times=(0.0, 1.0), values=(2.0, 1.0)),)
    refused = Unread("the samples", "refused")
    unread = found.added_to(evidence(ranges=refused, instant=refused), inf)
    assert (unread.ranges, unread.instant) == (refused, refused)
