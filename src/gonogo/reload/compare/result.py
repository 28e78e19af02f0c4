"""What came of a reload: in one word, and step by step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gonogo.model.outcome import Outcome


class Became(StrEnum):
    """What became of the server.

    ``RELOADED``: the new configuration is proved loaded. ``UNCHANGED``: nothing was done; it has what is on disk,
    or it was only looked at. ``REFUSED``: nothing was touched. ``ROLLED_BACK``: the old one is proved back.
    ``FAILED``: neither is proved, and a person has to look.
    """

    RELOADED = "reloaded"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    ROLLED_BACK = "rolled-back"
    FAILED = "failed"

    @property
    def success(self) -> bool:
        """Whether the server is proved to have what it should have."""
        return self in {Became.RELOADED, Became.UNCHANGED}


class ReloadStep(StrEnum):
    """The steps of a reload, in their order; a retry repeats ``TRIGGER`` and ``SETTLE``."""

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


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step that was taken.

    Attributes:
        step: which.
        outcome: ``UNKNOWN`` where it was left out, or does not count.
        detail: what came of it, a sentence.
        seconds: how long it took.
        reasons: everything that keeps the reload from going on, a piece of text each.
    """

    step: ReloadStep
    outcome: Outcome
    detail: str
    seconds: float = 0.0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReloadResult:
    """What came of a reload.

    Attributes:
        became: in one word.
        detail: in one sentence.
        steps: what was done, in order.
        reasons: everything that spoke against it.
        commands: what a person can type where it failed.
        preview: what would change, or has, a line each.
        seconds: how long all of it took.
        retries: how often the server was asked again.
        interrupted: whether somebody asked it to end before it was done.
        looked: whether it was only looked at what would change.
        failing: the rules that fail although the reload was a success, as they failed before.
        warnings: what a person should know although the reload went well, a sentence each.
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
