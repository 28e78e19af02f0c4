"""The request for a reload, and the risks that the user allows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gonogo.journal.runs import Run
from gonogo.policy.settings import PolicyFile


@dataclass(frozen=True, slots=True)
class ReloadRequest:
    """The request for a reload.

    Attributes:
        policy_file: the policy; its ``prometheus.config`` is the live configuration.
        url: the server's address, instead of the policy's.
        staged: the staged folder. ``None`` for a reload in place.
        max_removed: the largest share that may be removed, 0 to 1, instead of the policy's.
        repair: whether to continue although the last reload failed, or the server has an unknown configuration.
        without_rollback: whether to continue without a way back.
        allow_version_skew: whether promtool may have another version than the server.
        overwrite: whether a recovery may overwrite files that another program changed.
        only_preview: whether to stop before anything is changed.
        even_unchanged: whether to reload although the server has everything already.
        checked: the runs of lint and unit tests that were just made on exactly these files.
        beat: whether to write a beat after a proved reload.
    """

    policy_file: PolicyFile
    url: str | None = None
    staged: Path | None = None
    max_removed: float | None = None
    repair: bool = False
    without_rollback: bool = False
    allow_version_skew: bool = False
    overwrite: bool = False
    only_preview: bool = False
    even_unchanged: bool = False
    checked: tuple[Run, ...] = ()
    beat: bool = True
