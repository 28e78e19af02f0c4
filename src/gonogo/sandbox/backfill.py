"""Puts the scripted past into a server's storage: raw series first, then what the rules would have recorded.

The past of the recorded signals is evaluated by promtool with the very rules that go on
live, under the same file and group names, so that it has their labels, their values
and even their phase.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from gonogo.errors import ActionFailed
from gonogo.model.rule import RuleGroup
from gonogo.programs.promtool import RuleBackfill, ToolRun, backfill_openmetrics, backfill_rules
from gonogo.programs.server_process import RunningServer
from gonogo.rulepack.document import rules_document
from gonogo.sandbox.history import openmetrics, sample_times, spans
from gonogo.sandbox.past_of_rules import Turn, turns
from gonogo.sandbox.sources import RawSource
from gonogo.stopping import outcome

AT_ONCE = 2
"""How many promtools run side by side."""

MOST_STEPS = 10_000
"""A server refuses a query of more than 11,000 steps; a longer past is evaluated in parts."""


@dataclass(frozen=True, slots=True)
class Past:
    """The time that the history covers: it ends at ``end`` (unix seconds), and goes back by ``length``."""

    end: float
    length: timedelta
    interval: timedelta


@dataclass(frozen=True, slots=True)
class Storage:
    """A server, and the folder of its blocks."""

    server: RunningServer
    blocks: Path

    def load(self) -> None:
        """Start the server anew: it looks for blocks that others wrote only then, or a minute later."""
        self.server.kill()
        self.server.launch()


def backfill_sources(found: Iterable[RawSource], past: Past, realm: str, storage: Storage) -> None:
    """Write the raw series' past as blocks, and load them.

    Raises:
        MissingTool: promtool is not installed.
        ActionFailed: promtool refused.
    """
    series = tuple(found)
    parts = spans(sample_times(past.length, past.interval), past.end)
    with TemporaryDirectory(prefix="gonogo-history-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        runs = []
        for part in parts:
            text = Path(folder) / f"{part.block}.om"
            with text.open("w", encoding="utf-8") as file:
                file.writelines(openmetrics(series, part.times, past.end, realm))
            runs.append(pool.submit(backfill_openmetrics, text, storage.blocks))
        for run in runs:
            _expect(outcome(run), "the scripted history")
    storage.load()


def backfill_recorded(groups: tuple[RuleGroup, ...], rule_file: Path, past: Past, storage: Storage) -> None:
    """Write the recorded signals' past as blocks, and load them.

    Args:
        groups: the recording rules.
        rule_file: where they will lie; it is overwritten, and gives the groups their phase.
        past: the time to cover.
        storage: serves the raw past, and is started anew after each level.

    Raises:
        MissingTool: promtool is not installed.
        ActionFailed: promtool refused, or the server did not start again.
    """
    for level in turns(groups):
        for turn in level:
            rule_file.write_text(rules_document("", turn.groups), encoding="utf-8")
            for start, end in _parts(turn, past):
                run = RuleBackfill(storage.server.url, start, end, past.interval)
                _expect(backfill_rules(run, [rule_file], storage.blocks), "the recorded history")
        storage.load()


def _parts(turn: Turn, past: Past) -> Iterator[tuple[float, float]]:
    longest = MOST_STEPS * past.interval.total_seconds()
    start = past.end - min(turn.depth, past.length).total_seconds()
    while start < past.end:
        yield start, min(start + longest, past.end)
        start += longest


def _expect(run: ToolRun, what: str) -> None:
    if not run.passed:
        raise ActionFailed(
            f"{what} could not be made",
            where="promtool tsdb create-blocks-from",
            why=run.output.strip(),
            next_step="see whether this promtool belongs to the Prometheus that is installed",
        )
