"""``gonogo decide``: the verdict now."""

from __future__ import annotations

import gc
from pathlib import Path

import click

from gonogo.cli.answer import answer
from gonogo.cli.options import format_option, policy_option, prometheus_option


@click.command(epilog="Example: gonogo decide --policy gonogo.yaml --format json")
@policy_option
@prometheus_option
@format_option
def decide(policy_path: Path, url: str | None, form: str) -> int:
    """Answer GO, HOLD or NO-GO now, with the evidence.

    Exit codes: 0 GO, 1 NO-GO, 2 a mistake in the policy, 3 HOLD.
    """
    gc.disable()  # one answer, then the process ends: collecting walks every sample of a fleet and frees nothing

    from gonogo.app.decide import decide as decide_now
    from gonogo.policy.load import load
    from gonogo.render.json import report_bytes
    from gonogo.render.text import report_text

    report = decide_now(load(policy_path), url)
    answer(report_bytes(report) if form == "json" else report_text(report))
    return EXIT_CODES[report.judgement.verdict]


EXIT_CODES = {"GO": 0, "NO-GO": 1, "HOLD": 3}
"""The exit code of each verdict (contract, section 5)."""
