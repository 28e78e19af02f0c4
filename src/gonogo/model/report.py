"""A report: a judgement with the policy and the server behind it. Text and JSON are written from a report."""

from __future__ import annotations

from dataclasses import dataclass

from gonogo.model.verdict import Judgement


@dataclass(frozen=True, slots=True)
class Report:
    """An answer of ``decide``.

    ``clock_skew_seconds`` is the server's clock minus the local clock; ``None`` if the
    server did not answer. It is reported and never used.
    """

    judgement: Judgement
    policy_path: str
    policy_sha256: str
    realm: str | None
    source_url: str
    source_version: str | None
    clock_skew_seconds: float | None
