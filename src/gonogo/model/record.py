"""Records: what the journal keeps of a verdict or a run that really happened."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from gonogo.model.gate import OBS_LINT, PROMQL_UNIT, SANDBOX_SMOKE
from gonogo.version import __version__

DRY_RUN = "dry-run"
RELOAD = "reload"
TWO_BEATS = "two-beats"

KINDS = (OBS_LINT, PROMQL_UNIT, SANDBOX_SMOKE, DRY_RUN, RELOAD, TWO_BEATS)
"""Every kind of record that this gonogo writes."""


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the journal; once written it is never changed.

    Attributes:
        kind: what was done; for a run gate, the gate's name (``obs-lint``).
        key: what it was done for: a hash of every input, so that a record of other
            inputs counts for nothing.
        outcome: ``PASS``, ``FAIL`` or ``UNKNOWN`` for a run; a verdict for a verdict.
        at: unix seconds by the clock of the machine that did it.
        detail: what else is worth keeping; ``detail["detail"]`` is the sentence that reports repeat;
            a run that leaves a record for each of its steps has the same ``detail["run"]`` in all of them.
        version: the gonogo that did it.
        tools: the versions of the programs it used, by name.
        id: the place in the journal, counted from 1; ``None`` until it is written.
    """

    kind: str
    key: str
    outcome: str
    at: float
    detail: Mapping[str, object] = field(default_factory=dict)
    version: str = __version__
    tools: Mapping[str, str] = field(default_factory=dict)
    id: int | None = None

    def __post_init__(self) -> None:
        """Refuse a record that could not be found or dated again.

        Raises:
            ValueError: the kind or the outcome is empty, or the time is not finite.
        """
        if not self.kind or not self.outcome:
            raise ValueError("a record needs a kind and an outcome")
        if not math.isfinite(self.at):
            raise ValueError(f"a record cannot be dated {self.at}")

    @property
    def sentence(self) -> str:
        """The sentence that reports repeat; empty where none was kept."""
        sentence = self.detail.get("detail", "")
        return sentence if isinstance(sentence, str) else ""

    @property
    def run(self) -> str:
        """What tells the records of one run from all others, where a run leaves more than one; else empty."""
        run = self.detail.get("run", "")
        return run if isinstance(run, str) else ""
