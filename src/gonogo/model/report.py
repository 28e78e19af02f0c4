"""A judgement with what it was judged by: the value that every rendering starts from."""

from __future__ import annotations

from dataclasses import dataclass

from gonogo.model.verdict import Judgement


@dataclass(frozen=True, slots=True)
class Report:
    """One answer of ``decide``.

    ``clock_skew_seconds`` is the server's clock less the local one (``None`` where the
    server did not answer); it is reported and never used.
    """

    judgement: Judgement
    policy_path: str
    policy_sha256: str
    realm: str | None
    source_url: str
    source_version: str | None
    clock_skew_seconds: float | None
