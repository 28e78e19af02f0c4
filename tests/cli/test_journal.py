"""``gonogo journal``: the records as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gonogo.cli.journal import journal
from gonogo.errors import PolicyError, SourceError, UsageError
from gonogo.journal.records import append
from gonogo.model.record import Record

RECORDS = (
    Record(
        "obs-lint", "a" * 64, "PASS", 1_767_225_600.0, {"detail": "12 rules, 0 findings"}, tools={"promtool": "2.42.0"}
    ),
    Record("promql-unit", "b" * 64, "FAIL", 1_767_225_660.0, {"detail": "1 of 3 files \x1b[31mfails"}),
)


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy whose journal has two records."""
    path = tmp_path / "gonogo.yaml"
    path.write_text("version: 1\njournal: kept/journal.sqlite\n")
    for record in RECORDS:
        append(tmp_path / "kept" / "journal.sqlite", record)
    return path


def run(*arguments: str | Path) -> Result:
    """Run the command in this process. Its errors are kept in the result."""
    return CliRunner().invoke(journal, [str(argument) for argument in arguments], standalone_mode=False)


def test_a_missing_policy_is_an_error(tmp_path: Path) -> None:
    """The policy names the journal, so a missing policy has no journal."""
    assert isinstance(run("list", "--policy", tmp_path / "none.yaml").exception, PolicyError)


def test_a_file_that_is_no_journal_is_an_error(tmp_path: Path) -> None:
    """A broken journal does not count as empty."""
    (tmp_path / "gonogo.yaml").write_text("version: 1\njournal: gonogo.yaml\n")
    assert isinstance(run("list", "--policy", tmp_path / "gonogo.yaml").exception, SourceError)


def test_a_missing_record_is_an_error(policy: Path) -> None:
    """The error says how to list the records."""
    error = run("show", "7", "--policy", policy).exception
    assert isinstance(error, UsageError)
    assert "no record 7" in str(error)
    assert "gonogo journal list" in str(error)


def test_a_policy_without_a_journal_yet_has_no_records(tmp_path: Path) -> None:
    """No run was recorded, and listing does not create the journal."""
    (tmp_path / "gonogo.yaml").write_text("version: 1\n")
    assert run("list", "--policy", tmp_path / "gonogo.yaml").stdout == "no records\n"
    assert [path.name for path in tmp_path.iterdir()] == ["gonogo.yaml"]


def test_a_list_has_one_line_for_each_record(policy: Path) -> None:
    """The newest record comes first. Escape sequences of a record are escaped."""
    lines = run("list", "--policy", policy).stdout.splitlines()
    assert lines[0].split() == ["ID", "AT", "OUTCOME", "KIND", "KEY", "DETAIL"]
    assert lines[1].split()[:4] == ["2", "2026-01-01T00:01:00Z", "FAIL", "promql-unit"]
    assert lines[1].endswith(r"1 of 3 files \x1b[31mfails")
    assert lines[2].split()[:4] == ["1", "2026-01-01T00:00:00Z", "PASS", "obs-lint"]


def test_the_list_can_be_limited_by_kind_and_number(policy: Path) -> None:
    """``--kind`` selects the records of one kind, and ``--limit`` the newest records."""
    chosen = json.loads(run("list", "--policy", policy, "--kind", "obs-lint", "--format", "json").stdout)
    assert [record["id"] for record in chosen["records"]] == [1]
    chosen = json.loads(run("list", "--policy", policy, "--limit", "1", "--format", "json").stdout)
    assert [record["id"] for record in chosen["records"]] == [2]


def test_a_reload_is_one_line_and_shows_its_steps(policy: Path) -> None:
    """The text folds a reload into one line, unless ``--steps`` is given. The JSON always has every record."""
    journal = policy.parent / "kept" / "journal.sqlite"
    for detail in ({"detail": "lint begins"}, {"detail": "lint: fine"}, {"detail": "done", "outcome": "reloaded"}):
        append(journal, Record("reload", "c", "PASS", 1_767_225_660.0, {"run": "one", **detail}))
    lines = run("list", "--policy", policy).stdout.splitlines()[1:]
    assert [line.split()[0] for line in lines] == ["5", "2", "1"]
    assert lines[0].endswith("reloaded: done")
    lines = run("list", "--policy", policy, "--steps").stdout.splitlines()[1:]
    assert [line.split()[0] for line in lines] == ["5", "4", "3", "2", "1"]
    for steps in ((), ("--steps",)):
        listed = json.loads(run("list", "--policy", policy, "--format", "json", *steps).stdout)
        assert [record["id"] for record in listed["records"]] == [5, 4, 3, 2, 1]
    shown = run("show", "5", "--policy", policy).stdout
    assert [line.split()[0] for line in shown.partition("\n\n")[2].splitlines()] == ["ID", "3", "4"]
    assert "\n\n" not in run("show", "4", "--policy", policy).stdout
    assert json.loads(run("show", "5", "--policy", policy, "--format", "json").stdout)["record"]["id"] == 5


def test_one_record_is_shown_whole(policy: Path) -> None:
    """Text and JSON have every field."""
    text = run("show", "1", "--policy", policy).stdout
    assert "a" * 64 in text
    assert "tool promtool  2.42.0" in text
    shown = json.loads(run("show", "1", "--policy", policy, "--format", "json").stdout)
    assert shown["schema"] == "gonogo/journal/v1"
    assert shown["record"]["tools"] == {"promtool": "2.42.0"}
