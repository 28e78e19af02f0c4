"""The identity of the servers of one reading: one start of a process at each address, or a doubt."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from gonogo.model.evidence import Unread
from gonogo.policy.server import Server
from gonogo.server.http import Client, HttpSettings
from gonogo.verdict.identity import AT_A_TIME, QUESTION, Identities
from tests.faulty_server import Behaviour, Connection, FaultyServer, faulty

FIRST, SECOND = "2026-11-29T10:00:00.5Z", "2026-11-29T10:00:07Z"
NO_SUCH_PATH = b'remoteAddr: "127.0.0.1:1"; requestURI: /; unsupported path requested: "/api/v1/status/runtimeinfo"'


def started(at: str, more: str = ',"reloadConfigSuccess":true') -> Behaviour:
    """Answer as a server that started at this time."""
    body = f'{{"status":"success","data":{{"startTime":"{at}"{more}}}}}'.encode()
    return lambda connection: connection.answer("200 OK", body)


def at(*servers: FaultyServer) -> Server:
    """Return the addresses of the server, and of the programs that list its rules and its targets."""
    urls = [server.url for server in servers]
    return Server(urls[0], urls[len(urls) // 2], urls[-1])


def asked(*behaviours: Behaviour) -> tuple[Unread | None, int]:
    """Ask three times a server with these behaviours. Return the doubt and the number of questions."""
    with faulty(*behaviours) as server:
        identities = Identities(Client(HttpSettings(timeout=timedelta(seconds=0.5))), at(server))
        for _ in range(3):
            identities.ask()
        return identities.doubt(), len(server.connections)


def test_one_other_server_among_all_answers_is_a_doubt() -> None:
    """The last question alone meets the other server. The doubt has both starts and what to do."""
    same = [started(FIRST)] * (3 * AT_A_TIME - 1)
    doubt, questions = asked(*same, started(SECOND))
    assert questions == 3 * AT_A_TIME >= 6
    assert doubt is not None
    assert doubt.question == QUESTION
    assert doubt.why.startswith("several servers answer at http://127.0.0.1:")
    assert doubt.why.endswith("one started at 2026-11-29T10:00:00.500Z, one started at 2026-11-29T10:00:07.000Z")
    assert doubt.next_step.startswith("name one of them, or put a querier that deduplicates (Thanos, Mimir) in front")
    assert not doubt.partial


def test_one_server_is_no_doubt() -> None:
    """Every answer has the same start."""
    assert asked(started(FIRST)) == (None, 3 * AT_A_TIME)


def test_the_start_of_each_server_is_known_by_its_address() -> None:
    """An address that was not asked has none, and so has a server that does not answer or does not say it."""
    with faulty(started("1970-01-01T00:16:00Z")) as one, faulty(started(FIRST, "")) as two:
        identities = Identities(Client(), Server(one.url, two.url, "http://127.0.0.1:1"))
        assert identities.start(one.url) is None
        identities.ask()
        found = [identities.start(url) for url in (one.url, two.url, "http://127.0.0.1:1")]
    assert found == [960.0, None, None]


def test_after_a_doubt_nothing_more_is_asked() -> None:
    """A server that does not answer costs one wait, not nine."""
    began = time.monotonic()
    doubt, questions = asked(Connection.hang)
    assert time.monotonic() - began < 5
    assert doubt is not None
    assert doubt.why.startswith("no whole answer within")
    assert questions == 1


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        (started("0001-01-01T00:00:00Z"), "does not report the start of its process"),
        (started("yesterday"), "is not a time"),
        (started(FIRST, ',"reloadConfigSuccess":true},"warnings":["a shard is gone"'), "a shard is gone"),
        (lambda c: c.answer("403 Forbidden", b"not you"), "403 Forbidden"),
        (lambda c: c.answer("400 Bad Request", b"no"), "400 Bad Request"),
        (lambda c: c.answer("200 OK", b"<html>"), "not JSON"),
    ],
)
def test_a_server_that_does_not_say_who_it_is_leaves_a_doubt(behaviour: Behaviour, why: str) -> None:
    """An answer that is not valid proves no identity."""
    doubt, _ = asked(behaviour)
    assert doubt is not None
    assert why in doubt.why


@pytest.mark.parametrize(
    "behaviour",
    [
        lambda c: c.answer("404 Not Found", b"404 page not found"),
        lambda c: c.answer("400 Bad Request", NO_SUCH_PATH),
        started(FIRST, ""),
    ],
)
def test_a_server_without_a_start_is_not_checked(behaviour: Behaviour) -> None:
    """Mimir and VictoriaMetrics do not have the question. A querier of Thanos stores nothing itself."""
    assert asked(behaviour)[0] is None


def test_two_queriers_of_thanos_are_one_view() -> None:
    """They read the same stores, so their starts may differ."""
    assert asked(started(FIRST, ""), started(SECOND, ""))[0] is None


def test_a_server_with_a_start_and_one_without_are_two() -> None:
    """One of the two is not a Prometheus."""
    doubt, _ = asked(started(FIRST), lambda c: c.answer("404 Not Found", b"nothing"))
    assert doubt is not None
    assert doubt.why.endswith("one started at 2026-11-29T10:00:00.500Z, one does not say when it started")


def test_each_address_has_a_server_of_its_own() -> None:
    """The rules and the targets may come from other servers. Each of them must be one."""
    with faulty(started(FIRST)) as one, faulty(started(SECOND)) as two, faulty(started(SECOND)) as three:
        identities = Identities(Client(), at(one, two, three))
        identities.ask()
        assert identities.doubt() is None
        assert {len(server.connections) for server in (one, two, three)} == {AT_A_TIME}
    with faulty(started(FIRST)) as one, faulty(started(FIRST), started(SECOND)) as two:
        identities = Identities(Client(), at(one, two, two))
        identities.ask()
        doubt = identities.doubt()
    assert doubt is not None
    assert f"several servers answer at {two.url}:" in doubt.why


@pytest.mark.parametrize(
    ("place", "key"), [(0, "prometheus.url"), (1, "prometheus.rules_url"), (2, "prometheus.targets_url")]
)
def test_an_address_without_an_answer_is_named_by_its_key(place: int, key: str) -> None:
    """The next step names the key of the policy with the address."""
    with faulty(started(FIRST)) as server:
        urls = [server.url] * 3
        urls[place] = "http://127.0.0.1:1"
        identities = Identities(Client(), Server(*urls))
        identities.ask()
        doubt = identities.doubt()
    assert doubt is not None
    assert key in doubt.next_step
