"""One verdict, as it is printed, and the exit code that says it."""

from __future__ import annotations

import gc
from pathlib import Path

from gonogo.cli.answer import answer

EXIT_CODES = {"GO": 0, "NO-GO": 1, "HOLD": 3}
"""The exit code of each verdict: README.md, "Exit codes"."""


def verdict(policy_path: Path, form: str, url: str | None = None) -> int:
    """Decide, print the report as ``text`` or ``json``, and give the verdict's exit code.

    Args:
        policy_path: the policy's file.
        form: ``text`` or ``json``.
        url: the server to ask, over the policy's.

    Raises:
        GonogoError: the policy is wrong, or the answer could not be written.
    """
    gc.disable()  # one answer, then the process ends: collecting walks every sample of a fleet and frees nothing

    from gonogo.policy.load import load
    from gonogo.verdict.decide import decide
    from gonogo.verdict.print import report_text
    from gonogo.verdict.print_json import report_bytes

    report = decide(load(policy_path), url)
    answer(report_bytes(report) if form == "json" else report_text(report))
    return EXIT_CODES[report.judgement.verdict]
