"""The records of a dry run in the journal."""

from __future__ import annotations

import signal
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.dryrun import run as dryrun_run
from gonogo.journal.print import list_text
from gonogo.journal.records import records
from gonogo.model.verdict import Judgement, Report, Verdict
from gonogo.stopping import Stopped
from tests.heard import Heard
from tests.policy_folder import policy_folder


def stopped(*_: object) -> None:
    """End the watch as a signal does."""
    raise Stopped(signal.SIGTERM)


def test_the_end_of_an_interrupted_watch_is_no_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict before the watch was GO. The watch proved nothing, so the last record is not GO."""
    policy_file = policy_folder(tmp_path)
    decided = Report(Judgement(Verdict.GO, 0.0, ()), "gonogo.yaml", "0" * 64, "prod", "http://h:9090", None, None)
    monkeypatch.setattr(dryrun_run, "_decide", lambda *_: decided)
    monkeypatch.setattr(dryrun_run, "watch", stopped)
    with pytest.raises(Stopped):
        dryrun_run.dry_run(policy_file, None, timedelta(minutes=1), Heard())
    kept = records(policy_file.journal)
    found = [(one.outcome, one.detail["detail"]) for one in kept]
    assert sorted(found) == [
        ("GO", "decided GO; the watch begins"),
        ("UNKNOWN", "began; the watch will take 60 s"),
        ("UNKNOWN", "was interrupted during the watch"),
    ]
    assert len({one.run for one in kept}) == 1
    assert list_text(records(policy_file.journal, folded=True), folded=True).endswith(
        "interrupted: was interrupted during the watch"
    )
