"""The result of a reload, and of each step."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from gonogo.model.outcome import Outcome


class Became(StrEnum):
    """The outcome of a reload.

    ``RELOADED``: the new configuration is proved loaded. ``UNCHANGED``: nothing was done, because the server has the
    files on disk already, or for ``--dry-run``. ``REFUSED``: nothing was changed. ``ROLLED_BACK``: the old
    configuration is proved loaded again. ``FAILED``: neither is proved, and a person has to look.
    """

    RELOADED = "reloaded"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    ROLLED_BACK = "rolled-back"
    FAILED = "failed"

    @property
    def success(self) -> bool:
        """Return whether the server is proved to have the right configuration."""
        return self in {Became.RELOADED, Became.UNCHANGED}


class ReloadStep(StrEnum):
    """The steps of a reload, in their order. A retry repeats ``TRIGGER`` and ``SETTLE``."""

    LOCK = "lock"
    SNAPSHOT = "snapshot"
    LINT = "lint"
    UNIT = "unit"
    CROSS_CHECK = "cross-check"
    ENTRIES = "entries"
    PREVIEW = "preview"
    READINESS = "readiness"
    SWITCH = "switch"
    TRIGGER = "trigger"
    SETTLE = "settle"
    VERIFY = "verify"
    KEEP = "keep"
    RESTORE = "restore"
    TRIGGER_OLD = "trigger-old"
    SETTLE_OLD = "settle-old"
    VERIFY_OLD = "verify-old"
    KEEP_OLD = "keep-old"
    METRICS = "metrics"
    HEARTBEAT = "heartbeat"


class StepReport(Struct, frozen=True):
    """The report of a step. The outcome is ``UNKNOWN`` if the step was skipped, or does not count."""

    step: ReloadStep
    outcome: Outcome
    detail: str
    seconds: float = 0.0
    reasons: tuple[str, ...] = ()


class ReloadResult(Struct, frozen=True):
    """The result of a reload.

    Attributes:
        became: the outcome.
        detail: the result as a sentence.
        steps: the reports of the steps, in order.
        reasons: the reasons of all steps.
        commands: the commands for a person after a failure.
        preview: one line for each change.
        seconds: the duration of the whole reload.
        retries: how often the server was asked again.
        interrupted: whether an interrupt ended the reload early.
        looked: whether this was only a preview (``--dry-run``).
        failing: the rules that fail although the reload succeeded, as they failed before.
        warnings: facts that a user should know although the reload succeeded.
    """

    became: Became
    detail: str
    steps: tuple[StepReport, ...]
    reasons: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    preview: tuple[str, ...] = ()
    seconds: float = 0.0
    retries: int = 0
    interrupted: bool = False
    looked: bool = False
    failing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
