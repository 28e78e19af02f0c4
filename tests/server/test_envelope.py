"""Answers that are not valid: HTML, errors, other shapes."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest

from gonogo.errors import SourceError
from gonogo.server.api import label_values, metric_types, query, series_labels, server_time
from gonogo.server.envelope import PartialAnswer
from gonogo.server.http import Client, HttpSettings
from gonogo.server.rules_api import rules
from gonogo.server.status_api import build_info, targets
from tests.faulty_server import EMPTY_ANSWER, faulty


@pytest.mark.parametrize(
    ("status", "body", "what", "why"),
    [
        ("200 OK", b"<!doctype html><title>Sign in</title>", "not JSON", "it is HTML: <!doctype html>"),
        ("200 OK", b"", "not JSON", "it is empty"),
        ("200 OK", EMPTY_ANSWER[:-9], "not JSON", "cut off"),
        ("200 OK", b'"a"', "an error", '"a"'),
        ("200 OK", b'{"status":"error","errorType":"timeout","error":"query timed out\x1b"}', "not JSON", "x1b"),
        ("200 OK", b'{"status":"error","error":"query timed out"}', "an error", "query timed out"),
        ("200 OK", b'{"status":"error","errorType":["timeout"],"error":"no"}', "an error", "no"),
        ("200 OK", b'{"status":"success"}', "does not have the shape", "data is not an object"),
        ("401 Unauthorized", b"Unauthorized", "401 Unauthorized", "Unauthorized"),
        ("403 Forbidden", b"", "403 Forbidden", "the server gave no reason"),
        ("422 Unprocessable Entity", b'{"status":"error","error":"no"}', "422", "no"),
        ("500 Internal Server Error", b"<html>", "500", "<html>"),
        ("500 Internal Server Error", EMPTY_ANSWER, "500", "success"),
        ("599 Odd", b"x", "599", "x"),
    ],
)
def test_an_invalid_answer_is_an_error_with_its_cause(status: str, body: bytes, what: str, why: str) -> None:
    """Every error says what is wrong, where, why and what to do."""
    with (
        faulty(lambda c: c.answer(status, body)) as server,
        pytest.raises(SourceError, match=what) as caught,
    ):
        query(Client(), server.url, "up")
    assert caught.value.where == f"{server.url}/api/v1/query"
    assert why in caught.value.why
    assert caught.value.next_step
    if status.startswith("40"):
        assert "basic_auth" in caught.value.next_step


@pytest.mark.parametrize(
    "body",
    [
        b'{"status":"success","data":{"groups":null}}',
        b'{"status":"success","data":{"groups":[{"name":"g"}]}}',
        b'{"status":"success","data":{"groups":[{"name":"g","interval":"5s","rules":[]}]}}',
        b'{"status":"success","data":{"groups":[{"name":"g","interval":1e300,"rules":[]}]}}',
        b'{"status":"success","data":{"groups":[{"name":"g","interval":5,"rules":[{"name":"a","type":"odd"}]}]}}',
        b'{"status":"success","data":{"groups":[{"name":"g","interval":5,"rules":[{"name":"a","type":"recording"}]}]}}',
    ],
)
def test_malformed_rules_are_refused(body: bytes) -> None:
    """A missing part of a rule is not guessed."""
    with faulty(lambda c: c.answer("200 OK", body)) as server, pytest.raises(SourceError, match="have the shape"):
        rules(Client(), server.url)


@pytest.mark.parametrize(
    "body",
    [
        b'{"status":"success","data":{}}',
        b'{"status":"success","data":{"activeTargets":[{}]}}',
        b'{"status":"success","data":{"activeTargets":[{"health":"up","labels":{"a":1}}]}}',
        b'{"status":"success","data":{"activeTargets":[{"health":"up","labels":{}}]}}',
    ],
)
def test_malformed_targets_are_refused(body: bytes) -> None:
    """A missing part of a target is not guessed."""
    with faulty(lambda c: c.answer("200 OK", body)) as server, pytest.raises(SourceError, match="have the shape"):
        targets(Client(), server.url)


def telling(time: str) -> bytes:
    """Return an answer to ``time()`` with this value."""
    return b'{"status":"success","data":{"resultType":"scalar","result":[1700000000,"%s"]}}' % time.encode()


@pytest.mark.parametrize(
    "body", [EMPTY_ANSWER, *map(telling, ("NaN", "+Inf", "-Inf", "-1", "0", "253402300800", "1e300"))]
)
def test_an_invalid_server_time_is_an_error(body: bytes) -> None:
    """A missing value of time(), or a value that no calendar has, is not a time."""
    with (
        faulty(lambda c: c.answer("200 OK", body)) as server,
        pytest.raises(SourceError, match="did not return its time"),
    ):
        server_time(Client(), server.url)


def test_label_values_must_be_texts() -> None:
    """A list with a number does not have the shape of label values."""
    body = b'{"status":"success","data":["a",1]}'
    with faulty(lambda c: c.answer("200 OK", body)) as server, pytest.raises(SourceError, match="have the shape"):
        label_values(Client(), server.url, "job", ("up",), 0, 1)


def test_a_success_with_an_error_is_no_answer() -> None:
    """The data beside an error may be incomplete."""
    body = b'{"status":"success","error":"2 of 3 shards","data":["a"]}'
    with faulty(lambda c: c.answer("200 OK", body)) as server, pytest.raises(SourceError, match="2 of 3 shards"):
        label_values(Client(), server.url, "job", ("up",), 0, 1)


PARTIAL = '"warnings":["store 10.0.0.1:10901 of tops3cret did not answer"]'


@pytest.mark.parametrize("partial", [PARTIAL, '"isPartial":true', '"isPartial":"true"', '"isPartial":1'])
@pytest.mark.parametrize(
    ("read", "data"),
    [
        (lambda client, url: query(client, url, "up"), '{"resultType":"vector","result":[]}'),
        (server_time, '{"resultType":"scalar","result":[1700000000,"1700000000"]}'),
        (lambda client, url: label_values(client, url, "job", ("up",), 0, 1), "[]"),
        (rules, '{"groups":[]}'),
        (targets, '{"activeTargets":[]}'),
        (build_info, '{"version":"2.42.0","goVersion":"go1"}'),
        (metric_types, "{}"),
        (lambda client, url: series_labels(client, url, "up", 0, 1), "[]"),
    ],
)
def test_a_partial_answer_to_any_question_is_refused(
    read: Callable[[Client, str], object], data: str, partial: str
) -> None:
    """The error names the missing part, without secrets. An answer without warnings is accepted."""
    client = Client(HttpSettings(headers={"X-Key": "tops3cret"}))
    body = f'{{"status":"success","data":{data},{partial}}}'.encode()
    with faulty(lambda c: c.answer("200 OK", body)) as server, pytest.raises(PartialAnswer, match="partial") as caught:
        read(client, server.url)
    assert "tops3cret" not in str(caught.value)
    whole = f'{{"status":"success","data":{data},"warnings":[],"isPartial":false,"infos":["x"]}}'.encode()
    with faulty(lambda c: c.answer("200 OK", whole)) as server:
        read(client, server.url)


def test_every_warning_is_shown_and_a_list_of_warnings_is_a_list() -> None:
    """The error has all warnings of an answer. A text in the place of the list is not the shape of the API."""
    with faulty(lambda c: c.answer("200 OK", EMPTY_ANSWER[:-1] + b',"warnings":["a","b"]}')) as server:
        with pytest.raises(PartialAnswer) as caught:
            query(Client(), server.url, "up")
        assert caught.value.why == "a; b"
    with (
        faulty(lambda c: c.answer("200 OK", EMPTY_ANSWER[:-1] + b',"warnings":"a"}')) as server,
        pytest.raises(SourceError, match="have the shape"),
    ):
        query(Client(), server.url, "up")


def test_repeated_credentials_are_not_shown() -> None:
    """The error quotes the server's answer without the secret."""
    client = Client(HttpSettings(authorization="Bearer abcdef"))
    with faulty(lambda c: c.answer("200 OK", c.request)) as server, pytest.raises(SourceError) as caught:
        build_info(client, server.url)
    assert "abcdef" not in str(caught.value)
    assert "<secret>" in caught.value.why


def test_credentials_inside_a_series_are_not_shown() -> None:
    """The error quotes the malformed series without the secret."""
    client = Client(HttpSettings(authorization="Bearer abcdef"))
    body = b'{"status":"success","data":{"resultType":"vector","result":["abcdef"]}}'
    with faulty(lambda c: c.answer("200 OK", body)) as server, pytest.raises(SourceError, match="malformed") as caught:
        query(client, server.url, "up")
    assert "abcdef" not in str(caught.value)


def test_the_garbage_collector_keeps_its_state() -> None:
    """Decoding pauses the collector, and an error does not leave it paused."""
    before = gc.isenabled()
    with faulty(lambda c: c.answer("200 OK", b'{"status":"success"}')) as server:
        with pytest.raises(SourceError):
            query(Client(), server.url, "up")
        assert gc.isenabled() == before
        gc.disable()
        try:
            with pytest.raises(SourceError):
                query(Client(), server.url, "up")
            assert not gc.isenabled()
        finally:
            gc.enable()


def test_an_agent_is_named_as_the_cause() -> None:
    """The next step says what an agent cannot do. The agent's log says no more."""
    body = b'{"status":"error","errorType":"execution","error":"unavailable with Prometheus Agent"}'
    with faulty(lambda c: c.answer("422 Unprocessable Entity", body)) as server, pytest.raises(SourceError) as caught:
        query(Client(), server.url, "up")
    assert "an agent does neither" in caught.value.next_step
