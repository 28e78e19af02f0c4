"""Writes the story of a dry run into the journal: its beginning, its checks, each turn of the watch, and its end.

All records of one dry run have the same ``run``, and the file of its policy. Their key is that of the inputs with
which the dry run began.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from types import MappingProxyType

from gonogo.dryrun.print import WatchView, abort_value, watch_line, watch_state
from gonogo.errors import ActionFailed, Busy, GonogoError
from gonogo.journal.records import append
from gonogo.journal.run_key import run_key
from gonogo.journal.runs import Run
from gonogo.model.progress import Listener, note
from gonogo.model.record import DRY_RUN, Record
from gonogo.model.verdict import Verdict
from gonogo.policy.load import PolicyFile
from gonogo.verdict.core.abort import Abort

NOTHING_MORE: Mapping[str, object] = MappingProxyType({})

ABORTED = "ABORTED"
"""The outcome of the records of an abort."""


class DryRunStory:
    """The records of one dry run."""

    def __init__(self, policy_file: PolicyFile, progress: Listener) -> None:
        """Begin a run of its own. A record that cannot be written during the watch is reported to ``progress``.

        Raises:
            PolicyError: a file that the policy names is missing.
        """
        self._path = policy_file.journal
        self._key = run_key(policy_file)
        self._kept = {"run": secrets.token_hex(8), "policy": str(policy_file.path)}
        self._progress = progress
        self._state: str = Verdict.GO

    def note(self, outcome: str, detail: str, more: Mapping[str, object] = NOTHING_MORE) -> None:
        """Write a record.

        Raises:
            ActionFailed: the journal cannot be written.
            Busy: another process held the lock of the journal for too long.
        """
        fields = {**self._kept, **more, "detail": detail}
        append(self._path, Record(DRY_RUN, self._key, outcome, time.time(), fields))

    def ran(self, run: Run) -> None:
        """Write the outcome of a check, or of the program of ``on_abort``."""
        self._attempt(run.outcome, f"{run.kind}: {run.detail}", {"step": run.kind, "seconds": round(run.seconds, 3)})

    def turned(self, view: WatchView) -> None:
        """Write a step of the watch if the verdict or its causes changed."""
        state = watch_state(view.step)
        if state != self._state:
            self._state = state
            more = {"step": "watch", "seconds": round(view.elapsed.total_seconds(), 3)}
            self._attempt(view.step.judgement.verdict, watch_line(view), more)

    def aborts(self, abort: Abort) -> None:
        """Write the cause of an abort, before the program of ``on_abort`` runs."""
        self._attempt(ABORTED, abort.detail, {"step": "abort", **abort_value(abort)})

    def ends(self, outcome: str, detail: str, more: Mapping[str, object]) -> GonogoError | None:
        """Write the end of the dry run. Return the error if that fails, because the verdict must still be printed."""
        try:
            self.note(outcome, detail, more)
        except (ActionFailed, Busy) as error:
            return error
        return None

    def _attempt(self, outcome: str, detail: str, more: Mapping[str, object]) -> None:
        if error := self.ends(outcome, detail, more):
            self._progress(note(f"a step of the dry run is not in the journal: {error}"))
