"""Parsing of PromQL with places, against ``promtool check rules`` over the same 10,000 rules.

Every expression is read anew into a tree whose nodes know their places. promtool reads the YAML as well, in native
code on all cores; the ratio shows how much of a lint's time is left for everything else.

Run: python bench/promql.py
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench.lint import FILES, GROUPS, RULES, RUNS, file_text, timed

from gonogo.formats.files import read_rules
from gonogo.promql import braces, spans
from gonogo.promql.parser import parse

GOAL = 0.5


def read_all(expressions: list[str]) -> float:
    """Read every expression, nothing remembered, and return the seconds."""
    for memory in (parse, braces.selection, spans.brackets):
        memory.cache_clear()
    began = time.perf_counter()
    for expression in expressions:
        parse(expression)
    return time.perf_counter() - began


def main() -> None:
    """Measure, and print one line."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"part{number:02}.yml") for number in range(FILES)]
        expressions = []
        for number, path in enumerate(paths):
            path.write_text(text := file_text(number), encoding="utf-8")
            groups = read_rules(text, path.name).groups
            expressions += [rule.expression for group in groups for rule in group.rules]
        theirs = ["promtool", "check", "rules", "--lint=none", *map(str, paths)]
        pairs = [(read_all(expressions), timed(theirs)) for _ in range(RUNS + 1)][1:]
    ours, tool = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    ratio = median(pair[0] / pair[1] for pair in pairs)
    print(
        f"parsing of {FILES * GROUPS * RULES:,} rules with places: {ours:.2f} s, promtool check rules {tool:.2f} s, "
        f"ratio {ratio:.2f} (median of {RUNS} pairs; goal at most {GOAL:g}: {'met' if ratio <= GOAL else 'missed'})"
    )


if __name__ == "__main__":
    main()
