"""Writes the scripted history into a server's storage: first the raw series, then the recorded series.

promtool evaluates the past of the recorded series with the same rules that the server evaluates
later, under the same file and group names. So the past has the same labels, the same values
and the same phase.
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
"""The number of promtool processes that run at once."""

MOST_STEPS = 10_000
"""The largest number of steps in one query. A server refuses more than 11,000, so a longer past is split."""


@dataclass(frozen=True, slots=True)
class Past:
    """The time that the history covers: the ``length`` before ``end``, in unix seconds."""

    end: float
    length: timedelta
    interval: timedelta


@dataclass(frozen=True, slots=True)
class Storage:
    """A server and the folder of its blocks."""

    server: RunningServer
    blocks: Path

    def load(self) -> None:
        """Restart the server, so that it finds new blocks at once. Without a restart it takes up to a minute."""
        self.server.kill()
        self.server.launch()


def backfill_sources(found: Iterable[RawSource], past: Past, realm: str, storage: Storage) -> None:
    """Write the past of the raw series as blocks, and load them.

    Raises:
        MissingTool: promtool is not installed.
        ActionFailed: promtool refused the history.
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
            _check_passed(outcome(run), "the scripted history")
    storage.load()


def backfill_recorded(groups: tuple[RuleGroup, ...], rule_file: Path, past: Past, storage: Storage) -> None:
    """Write the past of the recorded series as blocks, and load them.

    Args:
        groups: the recording rules.
        rule_file: the later path of the rules. The file is overwritten. Its path decides the phase of the groups.
        past: the time to cover.
        storage: the server with the raw past. It is restarted after each level.

    Raises:
        MissingTool: promtool is not installed.
        ActionFailed: promtool refused the rules, or the server did not start again.
    """
    for level in turns(groups):
        for turn in level:
            rule_file.write_text(rules_document("", turn.groups), encoding="utf-8")
            for start, end in _parts(turn, past):
                run = RuleBackfill(storage.server.url, start, end, past.interval)
                _check_passed(backfill_rules(run, [rule_file], storage.blocks), "the recorded history")
        storage.load()


def _parts(turn: Turn, past: Past) -> Iterator[tuple[float, float]]:
    longest = MOST_STEPS * past.interval.total_seconds()
    start = past.end - min(turn.depth, past.length).total_seconds()
    while start < past.end:
        yield start, min(start + longest, past.end)
        start += longest


def _check_passed(run: ToolRun, what: str) -> None:
    if not run.passed:
        raise ActionFailed(
            f"{what} could not be made",
            where="promtool tsdb create-blocks-from",
            why=run.output.strip(),
            next_step="check that promtool and prometheus have the same version",
        )
