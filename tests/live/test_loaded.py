"""The step ``loaded``: a server that may only be read has loaded what the files say, or the difference is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from gonogo.journal.records import records
from gonogo.journal.runs import Run
from gonogo.model.outcome import Outcome
from gonogo.policy.load import PolicyFile, load
from gonogo.programs.processes import HOST, Program, start
from gonogo.programs.server_process import RunningServer
from gonogo.reload.loaded import loaded
from gonogo.server.http import Client
from gonogo.server.own_metrics import own_metrics
from tests.live.proxy import Passing, proxy
from tests.policy_folder import RULES

pytestmark = [pytest.mark.live, pytest.mark.versions]

CONFIG = """\
global: {scrape_interval: 1s, evaluation_interval: 1s, external_labels: {site: here}}
rule_files: [rules/*.yml]
"""
OTHERS = "groups: [{name: others, rules: [{record: theirs, expr: 'vector(1)'}]}]\n"
POLICY = "version: 1\npreset: null\nrules: [rules/duri.yml]\njournal: journal.sqlite\nprometheus: {url: '%s'%s}\n"


@contextmanager
def closed_prometheus(folder: Path) -> Iterator[RunningServer]:
    """Run a Prometheus that nobody can reload by HTTP."""

    def argv(port: int) -> Sequence[str]:
        data = f"--storage.tsdb.path={folder / 'data'}"
        return (f"--config.file={folder / 'prometheus.yml'}", data, f"--web.listen-address={HOST}:{port}")

    with start(Program("prometheus", "/-/ready"), folder / "server", argv) as server:
        yield server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """Run a server that loaded the rules of the policy."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "duri.yml").write_text(RULES, encoding="utf-8")
    (tmp_path / "prometheus.yml").write_text(CONFIG, encoding="utf-8")
    with closed_prometheus(tmp_path) as running:
        yield running


def policy(folder: Path, url: str, config: str = ", config: prometheus.yml") -> PolicyFile:
    """Write the policy and load it."""
    path = folder / "gonogo.yaml"
    path.write_text(POLICY % (url, config), encoding="utf-8")
    return load(path)


ALONE = ", config: null"


def reasons(run: Run) -> str:
    """Return the reasons of a run that did not pass."""
    assert run.outcome is Outcome.FAIL
    return "\n".join(run.findings)


def test_what_differs_on_disk_is_named_and_nothing_is_reloaded(tmp_path: Path, server: RunningServer) -> None:
    """A rule and a label were changed in the files. The server keeps what it has, and the record says FAIL."""
    before = own_metrics(Client(), server.url)
    file = policy(tmp_path, server.url)
    (tmp_path / "rules" / "duri.yml").write_text(RULES.replace("duri_x > 1", "duri_x > 2"), encoding="utf-8")
    found = reasons(loaded(file))
    assert "expression of alert DuriX of group duri is duri_x > 1 on the server and duri_x > 2 in the files" in found
    assert "DuriX" in reasons(loaded(policy(tmp_path, server.url, ALONE)))
    (tmp_path / "prometheus.yml").write_text(CONFIG.replace("here", "there"), encoding="utf-8")
    assert "external_labels" in reasons(loaded(policy(tmp_path, server.url)))
    after = own_metrics(Client(), server.url)
    assert (after.success_at, after.successful) == (before.success_at, before.successful)
    assert records(file.journal, kind="loaded")[0].outcome == "FAIL"


def test_a_server_that_loaded_the_files_passes_without_lifecycle(tmp_path: Path, server: RunningServer) -> None:
    """The configuration and its rules are compared. The record of the run is in the journal."""
    file = policy(tmp_path, server.url)
    run = loaded(file)
    assert (run.outcome, run.detail) == (
        Outcome.PASS,
        "the configuration and 2 rules are loaded as in the files; nothing was changed",
    )
    assert [(one.kind, one.outcome) for one in records(file.journal)] == [("loaded", "PASS")]


def test_the_offset_of_a_group_is_said_to_be_unproved(tmp_path: Path, server: RunningServer) -> None:
    """No Prometheus shows it. The files have got one since the server loaded them."""
    rules = tmp_path / "rules" / "duri.yml"
    rules.write_text(RULES.replace("- name: duri", "- name: duri\n    query_offset: 30s"), encoding="utf-8")
    for config in (", config: prometheus.yml", ALONE):
        run = loaded(policy(tmp_path, server.url, config))
        assert run.outcome is Outcome.PASS
        assert "the server does not show the query_offset of 1 group, so it was not compared" in run.detail


def test_without_a_configuration_the_rules_alone_are_compared(tmp_path: Path, server: RunningServer) -> None:
    """Rules of others are no difference, unlike a rule that is missing. A default configuration may be missing too."""
    (tmp_path / "rules" / "others.yml").write_text(OTHERS, encoding="utf-8")
    server.restart()
    for config in (ALONE, ""):
        run = loaded(policy(tmp_path, server.url, config))
        assert (run.outcome, run.detail) == (
            Outcome.PASS,
            "2 rules are loaded as in the files, beside 1 rule of others; nothing was changed",
        )
    more = RULES + "      - {record: duri_new, expr: duri_x}\n"
    (tmp_path / "rules" / "duri.yml").write_text(more, encoding="utf-8")
    found = reasons(loaded(policy(tmp_path, server.url, ALONE)))
    assert found == "record duri_new of group duri is in the files and not on the server"


def without_status(passing: Passing) -> Passing:
    """Answer like a managed server: rules and queries, and nothing about itself."""
    if "/status/" in passing.path or passing.path in {"/metrics", "/-/ready"}:
        return Passing(passing.path, 404, b"404 page not found", "text/plain")
    return passing


def test_a_managed_server_needs_a_policy_without_a_configuration(tmp_path: Path, server: RunningServer) -> None:
    """The server does not show its configuration. The next step says what to write, and with it the step passes."""
    with proxy(server.url) as managed:
        managed.spoil = without_status
        assert "prometheus: {config: null}" in reasons(loaded(policy(tmp_path, managed.url)))
        assert loaded(policy(tmp_path, managed.url, ALONE)).outcome is Outcome.PASS


@pytest.mark.parametrize("config", [ALONE, ", config: prometheus.yml"])
def test_a_server_that_does_not_answer_is_not_proved(tmp_path: Path, server: RunningServer, config: str) -> None:
    """The run fails. It is no error of the command."""
    server.kill()
    assert "refused" in reasons(loaded(policy(tmp_path, server.url, config)))
