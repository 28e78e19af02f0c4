"""Writes the past of the recorded series into a server's storage.

promtool evaluates the same rules that the server evaluates later, under the same file and group names. So the past has
the same labels, the same values and the same phase.

A rule reads only series that the server has loaded. So a recorded series that another rule reads must
be loaded first. If the rule reads it over a window, the past of the series must be longer by
that window.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from gonogo.model.replacing import replace
from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.programs.promtool import RuleBackfill, backfill_rules
from gonogo.promql.graph import RuleGraph
from gonogo.rulepack.document import rules_document
from gonogo.sandbox.history import Past, Storage, check_passed

RECORDED = timedelta(minutes=35)
"""The past of every recorded signal: over 31 min, so that ``falling(…, 30m)`` can be judged at once."""

MOST_STEPS = 10_000
"""The largest number of steps in one query. A server refuses more than 11,000, so a longer past is split."""


class Turn(Struct, frozen=True):
    """The rules that are evaluated together over the same past."""

    groups: tuple[RuleGroup, ...]
    depth: timedelta


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
                check_passed(backfill_rules(run, [rule_file], storage.blocks), "the recorded history")
        storage.load()


def _parts(turn: Turn, past: Past) -> Iterator[tuple[float, float]]:
    longest = MOST_STEPS * past.interval.total_seconds()
    start = past.end - min(turn.depth, past.length).total_seconds()
    while start < past.end:
        yield start, min(start + longest, past.end)
        start += longest


def turns(groups: tuple[RuleGroup, ...]) -> tuple[tuple[Turn, ...], ...]:
    """Order the recording rules in levels. The results of each level must be loaded before the next level."""
    records = [rule for group in groups for rule in group.rules if rule.kind is RuleKind.RECORD]
    graph = RuleGraph(records)
    heights = _heights(records, graph)
    depths = _depths(sorted(records, key=lambda rule: heights[rule.name], reverse=True), graph)
    levels = [{name for name in heights if heights[name] == level} for level in sorted({*heights.values()})]
    return tuple(
        tuple(
            Turn(tuple(_only(groups, {name for name in names if depths[name] == depth})), depth)
            for depth in sorted({depths[name] for name in names})
        )
        for names in levels
    )


def _heights(records: list[Rule], graph: RuleGraph) -> dict[str, int]:
    heights: dict[str, int] = {}
    for name in dict.fromkeys(rule.name for rule in records):
        for rule in graph.bottom_up(name):
            below = [heights[under.name] for under in graph.upstream(rule) if under.name in heights]
            heights[rule.name] = max([heights.get(rule.name, 0), *(height + 1 for height in below)])
    return heights


def _depths(readers_first: Iterable[Rule], graph: RuleGraph) -> dict[str, timedelta]:
    depths: dict[str, timedelta] = {}
    for rule in readers_first:
        own = depths.setdefault(rule.name, RECORDED)
        for selector in graph.reads(rule) or ():
            for under in graph.makers(selector):
                needed = own + (selector.range or timedelta(0))
                depths[under.name] = max(depths.get(under.name, RECORDED), needed)
    return depths


def _only(groups: tuple[RuleGroup, ...], names: set[str]) -> Iterable[RuleGroup]:
    for group in groups:
        rules = tuple(rule for rule in group.rules if rule.kind is RuleKind.RECORD and rule.name in names)
        if rules:
            yield replace(group, rules=rules)
