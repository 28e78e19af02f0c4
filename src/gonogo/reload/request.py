"""What is to be reloaded, and what is allowed to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gonogo.journal.runs import Run
from gonogo.policy.settings import PolicyFile


@dataclass(frozen=True, slots=True)
class ReloadRequest:
    """What is asked for.

    Attributes:
        policy_file: the policy; its ``prometheus.config`` is the live configuration.
        url: the server, over the policy's.
        staged: the folder with the tree that shall be live; ``None``: it is live already, in place.
        max_removed: over the policy's, 0 to 1.
        repair: whether to go on where the server's last reload failed, or it has what nobody knows.
        without_rollback: whether to go on where there is nothing to go back to.
        allow_version_skew: whether promtool may be of another version than the server.
        overwrite: whether a recovery may put files over those that somebody else changed meanwhile.
        only_preview: whether to end before anything is touched.
        even_unchanged: whether to reload where the server has everything already.
        checked: lint and unit tests that were just made on exactly these files, by their kinds.
        beat: whether a beat ends a reload that was proved.
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
