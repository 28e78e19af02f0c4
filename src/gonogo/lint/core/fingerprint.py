"""What makes two findings the same one, however the lines of their file move."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fingerprint:
    """A finding without its place.

    Attributes:
        check: the id of the check.
        path: the file, relative to the folder of the baseline, with ``/`` on every system.
        rule: the alert or the recorded metric; empty where the finding is of no rule.
        message: what the finding says.
    """

    check: str
    path: str
    rule: str
    message: str
