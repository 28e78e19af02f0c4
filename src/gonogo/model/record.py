"""Records: the rows of the journal, one for each verdict or run that really happened."""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec import Struct, field

from gonogo.model.policy import OBS_LINT, PROMQL_UNIT, SANDBOX_SMOKE
from gonogo.version import __version__

DRY_RUN = "dry-run"
RELOAD = "reload"
LOADED = "loaded"
TWO_BEATS = "two-beats"

KINDS = (OBS_LINT, PROMQL_UNIT, SANDBOX_SMOKE, DRY_RUN, RELOAD, LOADED, TWO_BEATS)
"""Every kind of record that this gonogo writes."""


class Record(Struct, frozen=True):
    """A row of the journal. A row that was written is never changed.

    Attributes:
        kind: the kind of run; for a run gate, the name of the gate (``obs-lint``).
        key: a hash of every input of the run, so that a record of other inputs does
            not count.
        outcome: ``PASS``, ``FAIL`` or ``UNKNOWN`` for a run; a verdict for a verdict.
        at: unix seconds by the clock of the machine that made the run.
        detail: further values. ``detail["detail"]`` is the sentence that reports repeat. A run
            that writes a record for each of its steps has the same ``detail["run"]`` in all of them.
        version: the version of gonogo that made the run.
        tools: the versions of the programs that the run used, by name.
        id: the number in the journal, counted from 1; ``None`` until the record is written.
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
        """Check that the record can be found and dated later.

        Raises:
            ValueError: the kind or the outcome is empty, or the time is not finite.
        """
        if not self.kind or not self.outcome:
            raise ValueError("a record needs a kind and an outcome")
        if not math.isfinite(self.at):
            raise ValueError(f"the time of a record must be a finite number, not {self.at}")

    @property
    def sentence(self) -> str:
        """Return the sentence that reports repeat; empty if the record has no sentence."""
        sentence = self.detail.get("detail", "")
        return sentence if isinstance(sentence, str) else ""

    @property
    def run(self) -> str:
        """Return the id that all records of one run share; empty if the run writes only one record."""
        run = self.detail.get("run", "")
        return run if isinstance(run, str) else ""
