"""The identity of a finding, which stays the same when lines of its file move."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fingerprint:
    """The identity of a finding: the finding without its line.

    Attributes:
        check: the id of the check.
        path: the file, relative to the folder of the baseline, with ``/`` on every system.
        rule: the alert or the recorded metric; empty if the finding is not about one rule.
        message: the message of the finding, without line numbers.
    """

    check: str
    path: str
    rule: str
    message: str
