"""A look at the program that evaluates the rules, before anything else is asked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from gonogo.dryrun.two_beats import patience_for
from gonogo.errors import PolicyError
from gonogo.formats.dialect import Dialect
from gonogo.policy.load import PolicyFile, load
from gonogo.policy.server import client_of, server_of
from gonogo.verdict.decide import prepare
from gonogo.verdict.foreseen import Foreseen, foreseen
from tests.faulty_server import Connection, faulty
from tests.server.test_evaluator_api import answering, group, metrics

POLICY = """\
version: 1
preset: null
realm: null
prefix: p
heartbeat: {textfile_dir: .}
rules: [r.yml]
tests: []
signals: {x: {metric: x}}
gates: {g: {require: [x == 1 for 5m]}}
runs: {required: []}
"""
RULES = "groups: [{name: g, interval: 15s, concurrency: 2, rules: [{record: x, expr: up}]}]\n"


def policy(folder: Path, **server: str) -> PolicyFile:
    """Load a policy whose rule file has a key of vmalert's."""
    (folder / "r.yml").write_text(RULES, encoding="utf-8")
    (folder / "gonogo.yaml").write_text(POLICY + yaml.safe_dump({"prometheus": server}), encoding="utf-8")
    return load(folder / "gonogo.yaml")


def vmalert(connection: Connection) -> None:
    """Answer as vmalert does at its defaults, with one group that names a delay."""
    answers = answering([group(concurrency=1), group(concurrency=2, eval_delay=60)]) | {"/metrics": metrics()}
    connection.answer("200 OK", answers[connection.request.split(b" ")[1].split(b"?")[0].decode()])


def test_a_server_that_lists_its_own_rules_is_asked_for_their_offset(tmp_path: Path) -> None:
    """The policy's rule files are read by the policy's dialect; windows reach back by the offset of both."""
    configuration = answering([], **{"status/config": {"yaml": "global:\n  rule_query_offset: 40s\n"}})
    with faulty(lambda c: c.answer("200 OK", configuration["/api/v1/status/config"])) as server:
        by = policy(tmp_path, url=server.url)
        late = timedelta(seconds=40)
        assert foreseen(by, server_of(by, None)) == Foreseen(late, query_offset=late)
        with pytest.raises(PolicyError, match="belongs to vmalert"):
            prepare(by, None)
        for own, latest in (
            ("concurrency: 2, ", None),
            ("concurrency: 2", "query_offset: 30s"),
            ("concurrency: 2", "query_offset: 50s"),
        ):
            (tmp_path / "r.yml").write_text(RULES.replace(own, latest or ""), encoding="utf-8")
            survey = prepare(by, None)
            assert survey.query_offset == late
            (window,) = survey.questions.windows
            most = 50 if latest and "50s" in latest else 40
            assert window == timedelta(minutes=5) * 1.25 + timedelta(seconds=2 * 15 + most)


def test_where_vmalert_is_seen_its_keys_are_read_and_windows_reach_back_further(tmp_path: Path) -> None:
    """The windows are longer by the delay of the latest group. The policy needs no setting for it."""
    with faulty(vmalert) as server:
        by = policy(tmp_path, url="http://127.0.0.1:1", rules_url=server.url)
        assert foreseen(by, server_of(by, None)) == Foreseen(timedelta(seconds=62), Dialect.VICTORIA_METRICS)
        (window,) = prepare(by, None).questions.windows
        own = policy(tmp_path, url=server.url, dialect="victoriametrics")
        assert foreseen(own, server_of(own, None)).late == timedelta(seconds=62)
    assert window == timedelta(minutes=5) * 1.25 + timedelta(seconds=2 * 15 + 62)


def test_another_program_has_no_keys_of_vmalerts(tmp_path: Path) -> None:
    """If a Prometheus or a Thanos evaluates the rules, a key of vmalert is a mistake."""
    answers = answering([group(limit=0)])
    with faulty(lambda c: c.answer("200 OK", answers["/api/v1/rules"])) as server:
        by = policy(tmp_path, url="http://127.0.0.1:1", rules_url=server.url)
        assert foreseen(by, server_of(by, None)) == Foreseen()
        with pytest.raises(PolicyError, match="belongs to vmalert"):
            prepare(by, None)


def test_a_program_that_does_not_answer_is_no_mistake_of_the_policy(tmp_path: Path) -> None:
    """The program may be vmalert, so its keys are read. The verdict asks again and is HOLD."""
    silent = policy(tmp_path, rules_url="http://127.0.0.1:1")
    assert foreseen(silent, server_of(silent, None)) == Foreseen(dialect=Dialect.VICTORIA_METRICS)
    (window,) = prepare(silent, None).questions.windows
    assert window == timedelta(minutes=5) * 1.25 + timedelta(seconds=30)


def test_the_dry_runs_beats_are_waited_for_by_the_delay_as_well(tmp_path: Path) -> None:
    """One scrape of a minute, 10 s, and the 62 s of the latest group of vmalert."""
    answers = answering([group(concurrency=1, eval_delay=60)], targets={"activeTargets": []})

    def all_in_one(connection: Connection) -> None:
        known = answers | {"/metrics": metrics()}
        connection.answer("200 OK", known[connection.request.split(b" ")[1].split(b"?")[0].decode()])

    with faulty(all_in_one) as server:
        by = policy(tmp_path, url="http://127.0.0.1:1", rules_url=server.url, targets_url=server.url)
        client = client_of(by.server, at_most=timedelta(seconds=2))
        assert patience_for(by, client, server_of(by, None)) == timedelta(seconds=60 + 62 + 10)
