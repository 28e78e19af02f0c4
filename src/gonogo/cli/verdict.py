"""Prints a verdict and returns its exit code."""

from __future__ import annotations

import gc
from pathlib import Path

from gonogo.cli.door import answer

EXIT_CODES = {"GO": 0, "NO-GO": 1, "HOLD": 3}
"""Verdict -> its exit code (README.md, "Exit codes")."""


def verdict(policy_path: Path, form: str, url: str | None = None) -> int:
    """Decide, print the report as ``text`` or ``json``, and return the exit code of the verdict.

    Raises:
        GonogoError: the policy has mistakes, or the answer could not be written.
    """
    gc.disable()  # the process ends after one answer: a collection would visit every sample and free nothing

    from gonogo.policy.load import load
    from gonogo.verdict.decide import decide
    from gonogo.verdict.print import report_bytes, report_text

    report = decide(load(policy_path), url)
    answer(report_bytes(report) if form == "json" else report_text(report))
    return EXIT_CODES[report.judgement.verdict]
