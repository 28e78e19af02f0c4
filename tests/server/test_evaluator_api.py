"""The rules with the settings of the program that evaluates them. Unreadable settings are reported, not guessed."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from gonogo.errors import SourceError
from gonogo.model.rule import ITSELF, Engine, Evaluator
from gonogo.server.envelope import PartialAnswer
from gonogo.server.evaluator_api import evaluated_rules
from gonogo.server.http import Client
from tests.faulty_server import Connection, FaultyServer, faulty

FLAGS = {"external.label": "", "rule.evalDelay": "30s", "remoteWrite.flushInterval": "2s"}


def group(**keys: object) -> dict[str, object]:
    """Return a group of an answer."""
    return {"name": "g", "interval": 15, "rules": [], **keys}


def answering(groups: list[dict[str, object]], **others: object) -> dict[str, bytes]:
    """Map the endpoints to their answers."""
    data = {"rules": {"groups": groups}, **others}
    return {f"/api/v1/{path}": orjson.dumps({"status": "success", "data": said}) for path, said in data.items()}


def metrics(**changes: str | None) -> bytes:
    """Write the flags as vmalert shows them in ``/metrics``."""
    shown = {**FLAGS, **{name.replace("_", "."): value for name, value in changes.items()}}
    lines = (
        f'flag{{name="{name}", value={orjson.dumps(value).decode()}, is_set="false"}} 1'
        for name, value in shown.items()
        if value is not None
    )
    return "\n".join(('vm_app_version{version=""} 1', *lines, "go_goroutines 5", "")).encode()


def read(answers: dict[str, bytes]) -> Evaluator:
    """Read from a server with these answers. Every other path gets 404."""

    def say(connection: Connection) -> None:
        path = connection.request.split(b" ")[1].split(b"?")[0].decode()
        found = answers.get(path)
        connection.answer("404 Not Found" if found is None else "200 OK", found or b"not here")

    with faulty(say) as server:
        return evaluated_rules(Client(), server.url)[1]


def vmalert(shown: bytes | None, **keys: object) -> Evaluator:
    """Read from a vmalert that shows these metrics."""
    answers = answering([group(concurrency=1, **keys)])
    return read(answers if shown is None else answers | {"/metrics": shown})


def test_without_rules_there_is_no_evaluator() -> None:
    """Without a list of rules the question itself fails."""
    with faulty(lambda c: c.answer("404 Not Found", b"")) as server, pytest.raises(SourceError, match="404"):
        evaluated_rules(Client(), server.url)


@pytest.mark.parametrize(
    "shown",
    [
        None,
        b"<html>",
        metrics(external_label=None),
        metrics(remoteWrite_flushInterval=None),
        metrics(rule_evalDelay=None),
        metrics(rule_evalDelay="soon"),
        metrics(rule_evalDelay="30"),
        metrics(rule_evalDelay="-30s"),
        metrics(external_label="a"),
        metrics(external_label='"a=b'),
        metrics(external_label='a="b"'),
        metrics(external_label=r'"a=\q"'),
        b'flag{name="external.label} 1',
    ],
)
def test_flags_that_cannot_be_read_are_not_guessed(shown: bytes | None) -> None:
    """No delay is assumed. The error names the flags and the next step."""
    found = vmalert(shown)
    assert (found.engine, found.delay, found.delivery, found.external_labels) == (
        Engine.VMALERT,
        timedelta(0),
        timedelta(0),
        {},
    )
    for named in ("-rule.evalDelay", "-external.label", "prometheus.rules_url", "/metrics"):
        assert named in found.unread


def test_the_flags_of_a_new_vmalert_are_read() -> None:
    """Durations are read, and labels with special characters are quoted as in Go."""
    found = vmalert(metrics(external_label=r'via=x,"a=\"x,y\"",e=,"d={1}=2"', rule_evalDelay="1h2m3.5s"))
    assert found == Evaluator(
        Engine.VMALERT,
        {"via": "x", "a": '"x,y"', "e": "", "d": "{1}=2"},
        timedelta(hours=1, minutes=2, seconds=3.5),
        timedelta(seconds=2),
    )
    assert vmalert(metrics()).external_labels == {}
    assert vmalert(metrics(rule_evalDelay="1m500ms")).delay == timedelta(minutes=1, milliseconds=500)


def test_an_old_vmalert_has_its_delay_in_another_flag() -> None:
    """1.79 has no ``-rule.evalDelay``. ``-datasource.lookback`` puts its evaluations into the past."""
    found = vmalert(metrics(rule_evalDelay=None, datasource_lookback="1m0s"))
    assert (found.delay, found.unread) == (timedelta(minutes=1), "")


@pytest.mark.parametrize(
    ("keys", "late"),
    [({"eval_delay": 12}, 14), ({"eval_offset": 3}, 2), ({}, 32), ({"eval_delay": 0}, 2)],
)
def test_a_group_can_set_its_own_delay(keys: dict[str, object], late: int) -> None:
    """``eval_delay`` replaces the flag, and ``eval_offset`` means no delay. The time of delivery is added."""
    answers = answering([group(concurrency=1, **keys)]) | {"/metrics": metrics()}

    def say(connection: Connection) -> None:
        connection.answer("200 OK", answers[connection.request.split(b" ")[1].split(b"?")[0].decode()])

    with faulty(say) as server:
        (loaded,), evaluator = evaluated_rules(Client(), server.url)
    assert evaluator.lateness(loaded.delay) == timedelta(seconds=late)


def test_prometheus_gets_no_second_question() -> None:
    """One request is sent, and no delay is assumed."""
    seen: list[FaultyServer] = []
    answer = answering([group(limit=0)])["/api/v1/rules"]
    with faulty(lambda c: c.answer("200 OK", answer)) as server:
        seen.append(server)
        assert evaluated_rules(Client(), server.url)[1] is ITSELF
        assert len(server.connections) == 1


def thanos(stores: object, flags: object) -> Evaluator:
    """Read from a Thanos with these stores and flags."""
    rules = group(partialResponseStrategy="ABORT")
    others = {name: said for name, said in (("stores", stores), ("status/flags", flags)) if said is not None}
    return read(answering([rules], **others))


def store(**labels: str) -> dict[str, object]:
    """Return a store with one set of external labels."""
    return {"name": "x:1", "labelSets": [labels]}


REPLICA = {"query.replica-label": "replica,prometheus_replica"}


def test_one_set_of_external_labels_behind_thanos_is_known() -> None:
    """Two replicas count as one set. A store gateway does not evaluate rules."""
    stores = {
        "sidecar": [store(cluster="a", replica="0"), store(cluster="a", replica="1")],
        "store": [store(cluster="b")],
        "rule": [store(cluster="a", prometheus_replica="r")],
    }
    assert thanos(stores, REPLICA) == Evaluator(Engine.THANOS, {"cluster": "a"})
    assert thanos({}, {}) == Evaluator(Engine.THANOS)


@pytest.mark.parametrize(
    ("stores", "flags", "why"),
    [
        ({"sidecar": [store(cluster="a"), store(cluster="b")]}, REPLICA, "have different labels"),
        ({"sidecar": [store(cluster="a"), {"name": "y:1"}]}, REPLICA, "have different labels"),
        (None, REPLICA, "404"),
        ({}, None, "404"),
        ({"sidecar": "x"}, REPLICA, "does not have the shape"),
    ],
)
def test_unknown_external_labels_behind_thanos_are_not_guessed(stores: object, flags: object, why: str) -> None:
    """The next step is to read the program that evaluates the rules."""
    found = thanos(stores, flags)
    assert found.external_labels == {}
    assert why in found.unread
    assert "prometheus.rules_url" in found.unread


@pytest.mark.parametrize("path", ["rules", "stores", "status/flags"])
def test_a_partial_answer_of_thanos_is_partial(path: str) -> None:
    """A list that may lack a store says nothing about the external labels, so it is no setting that cannot be read."""
    answers = answering([group(partialResponseStrategy="ABORT")], stores={}, **{"status/flags": {}})
    answers[f"/api/v1/{path}"] = answers[f"/api/v1/{path}"][:-1] + b',"warnings":["a store is gone"]}'
    with pytest.raises(PartialAnswer) as caught:
        read(answers)
    assert caught.value.why == "a store is gone"
