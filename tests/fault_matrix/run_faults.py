"""Faults of the runs: what was linted, tested and smoked is not what is there now."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from gonogo.journal.records import append
from gonogo.journal.run_key import run_key
from gonogo.lint.recorded import obs_lint
from gonogo.model.outcome import Reason
from gonogo.model.record import Record
from gonogo.model.verdict import Verdict
from gonogo.verdict import gather
from tests.fault_matrix.fault import Fault
from tests.fault_matrix.stage import Stage


def fault(
    name: str, mechanism: str, enter: Callable[[Stage], AbstractContextManager[object]], gate: str = "obs-lint"
) -> Fault:
    """Make a fault that leaves a run gate without a passed record."""
    return Fault(name, mechanism, "run", "runs", gate, Verdict.HOLD, Reason.NO_RECORD, enter, group="server")


def edited(
    find: Callable[[Stage], Path], text: str = "\n# a comment nobody tested\n"
) -> Callable[[Stage], AbstractContextManager[object]]:
    """Add a line to a file, and take it away again."""

    @contextmanager
    def enter(stage: Stage) -> Iterator[None]:
        path = find(stage)
        stage.stack.write(path, path.read_text(encoding="utf-8") + text)
        try:
            yield
        finally:
            stage.stack.restore()

    return enter


def journal_of(stage: Stage) -> Path:
    """Name the journal's file."""
    return stage.policy_file().journal


@contextmanager
def without_journal(stage: Stage) -> Iterator[None]:
    """Move the journal's folder away."""
    folder = journal_of(stage).parent
    away = folder.with_name("journal-away")
    folder.rename(away)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        away.rename(folder)


@contextmanager
def journal_of_garbage(stage: Stage) -> Iterator[None]:
    """Put text in the journal's place."""
    with without_journal(stage):
        journal_of(stage).parent.mkdir()
        journal_of(stage).write_text("not a database\n" * 100, encoding="utf-8")
        yield


@contextmanager
def records_of_yesterday(stage: Stage) -> Iterator[None]:
    """Have only records that are older than allowed."""
    with without_journal(stage):
        key = run_key(stage.policy_file())
        for kind in ("obs-lint", "promql-unit", "sandbox-smoke-60s"):
            append(journal_of(stage), Record(kind, key, "PASS", time.time() - 86_500))
        yield


@contextmanager
def records_of_tomorrow(stage: Stage) -> Iterator[None]:
    """Have only records dated ahead."""
    with without_journal(stage):
        key = run_key(stage.policy_file())
        for kind in ("obs-lint", "promql-unit", "sandbox-smoke-60s"):
            append(journal_of(stage), Record(kind, key, "PASS", time.time() + 3600))
        yield


def clock_apart(seconds: float) -> Callable[[Stage], AbstractContextManager[object]]:
    """Let the clock of the machine that decides be wrong, since its records were made."""

    @contextmanager
    def enter(_: Stage) -> Iterator[None]:
        wrong = SimpleNamespace(**vars(time) | {"time": lambda: time.time() + seconds})
        with patch.object(gather, "time", wrong):
            yield

    return enter


@contextmanager
def lint_failed_since(stage: Stage) -> Iterator[None]:
    """Let the newest lint of these very inputs be a failed one, and then pass it again."""
    append(journal_of(stage), Record("obs-lint", run_key(stage.policy_file()), "FAIL", time.time()))
    try:
        yield
    finally:
        assert obs_lint(stage.policy_file()).passed


@contextmanager
def record_rewritten(stage: Stage) -> Iterator[None]:
    """Try to make a failed record a passed one: the journal refuses, and the gate stays shut."""
    path = journal_of(stage)
    append(path, Record("obs-lint", run_key(stage.policy_file()), "FAIL", time.time()))
    with sqlite3.connect(path) as connection:
        try:
            connection.execute("UPDATE records SET outcome = 'PASS'")
        except sqlite3.Error as error:
            refused = str(error)
    connection.close()
    assert refused
    try:
        yield
    finally:
        assert obs_lint(stage.policy_file()).passed


def first_test(stage: Stage) -> Path:
    """Name one of the unit tests."""
    return min(stage.stack.layout.tests.glob("*.yml"))


FAULTS = (
    fault("rules-edited-since", "a rule file was edited after the runs", edited(lambda stage: stage.stack.rules_path)),
    fault("tests-edited-since", "a unit test was edited after the runs", edited(first_test), "promql-unit"),
    fault(
        "policy-edited-since",
        "a number of the policy was edited after the runs",
        edited(lambda stage: stage.stack.layout.policy, "\ncanary: {min_samples: 299}\n"),
        "sandbox-smoke-60s",
    ),
    fault(
        "configuration-edited-since",
        "the server's configuration file was edited after the runs",
        edited(lambda stage: stage.stack.layout.configuration),
    ),
    fault("journal-gone", "the journal is gone", without_journal),
    fault("journal-corrupt", "there is no database in the journal's place", journal_of_garbage),
    fault("records-too-old", "the passed runs are older than a day", records_of_yesterday, "promql-unit"),
    fault("records-ahead", "the passed runs are dated an hour ahead", records_of_tomorrow, "sandbox-smoke-60s"),
    fault(
        "machine-days-ahead", "the clock of the machine that decides was set two days ahead", clock_apart(2 * 86_400.0)
    ),
    fault("machine-an-hour-behind", "the clock of the machine that decides was set an hour back", clock_apart(-3600.0)),
    fault("lint-failed-since", "the newest lint of the same files failed", lint_failed_since),
    fault("record-rewritten", "somebody tries to rewrite a failed record", record_rewritten),
)
