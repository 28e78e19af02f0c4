"""A test file to run: the reasons why promtool cannot run it, its trials, and the report on their results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from gonogo.disk.regular_file import Unreadable
from gonogo.errors import Position, Problem
from gonogo.formats.dialect import Dialect
from gonogo.formats.vmalert_only import vmalert_key
from gonogo.programs.promtool import Promtool
from gonogo.ruletests.core.firing import Suspect, pending_problems, probing, suspects
from gonogo.ruletests.core.group_order import GroupOrders, in_order, open_orders, order_problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.report import FileReport, SilentFinding
from gonogo.ruletests.core.trial import Trial, whole
from gonogo.ruletests.find import RulePlaces, load_test
from gonogo.ruletests.running import UnitResult
from gonogo.ruletests.silent.passes import (
    GROUP_ORDER,
    PENDING_ALERT,
    PROMTOOL_WARNING,
    RULE_FILE_OUTSIDE,
    silent_passes,
)


class UnitCase(Struct, frozen=True):
    """A test file to run: the findings in its text, the orders of groups to try, and the alerts that may be pending."""

    loaded: Loaded
    findings: tuple[SilentFinding, ...]
    orders: GroupOrders | None
    suspected: tuple[Suspect, ...]

    def trials(self) -> tuple[Trial, ...]:
        """Return the input of each promtool run: the file, or both orders of its groups, and a probe of the alerts."""
        trials = [whole(self.loaded)]
        if self.orders is not None:
            orders = (self.orders.makers_first, self.orders.readers_first)
            trials = [in_order(self.loaded, self.orders, order) for order in orders]
        if self.suspected:
            trials.append(probing(self.loaded, self.suspected))
        return tuple(trials)

    def report(self, ran: Sequence[UnitResult]) -> FileReport:
        """Report on the file, from the result of each trial."""
        passed, words = ran[0].passed, ran[0].words
        findings = list(self.findings)
        if self.orders is not None and len(ran) > 1 and ran[0].passed is not ran[1].passed:
            passing, failing = (0, 1) if ran[0].passed else (1, 0)
            order = (self.orders.makers_first, self.orders.readers_first)[passing]
            findings.append(SilentFinding(GROUP_ORDER, order_problem(self.loaded, self.orders, order)))
            passed, words = True, ran[failing].words
        elif passed and words:
            where = Position(self.loaded.unit.path, 1, 1)
            findings.append(SilentFinding(PROMTOOL_WARNING, Problem(where, f"promtool warns: {words.strip()}")))
            words = ""
        if self.suspected and len(ran) > 1 and not ran[-1].passed:
            found = pending_problems(self.suspected, ran[-1].words)
            findings += [SilentFinding(PENDING_ALERT, problem) for problem in found]
        if not passed:
            words = "\n".join([*filter(None, [words.rstrip()]), *map(str, _hints(self.loaded))])
        unit, seconds = self.loaded.unit, sum(result.seconds for result in ran)
        assertions = sum(len(test.assertions) for test in unit.tests)
        return FileReport(unit.path, passed, words, tuple(findings), seconds, len(unit.tests), assertions)


def read_case(path: Path, places: RulePlaces, promtool: Promtool) -> UnitCase | FileReport:
    """Read a test file and find its silent passes. Return a report instead if promtool cannot run it."""
    try:
        loaded = load_test(path, places, promtool.release)
        unread = [one for one in loaded.entries if one.problem is not None]
        problems = [*loaded.unit.problems]
        problems += [Problem(one.entry.where, str(one.problem)) for one in unread if not one.vmalert_only]
        problems += _ambiguous(loaded, path.parent, places)
        if problems:
            return FileReport(str(path), None, "\n".join(map(str, problems)))
        foreign = [*_of_vmalert_tool(loaded), *(Problem(one.entry.where, str(one.problem)) for one in unread)]
        if foreign and places.dialect is Dialect.VICTORIA_METRICS:
            return FileReport(str(path), None, "\n".join(map(str, foreign)), vmalert_only=True)
    except Unreadable as error:
        return FileReport(str(path), None, str(error.problem))
    found = (*silent_passes(loaded), *_outside(loaded, places))
    return UnitCase(loaded, found, open_orders(loaded), suspects(loaded))


def _outside(loaded: Loaded, places: RulePlaces) -> Iterator[SilentFinding]:
    for one in loaded.entries:
        if places.inside is not None and any(source.real not in places.inside for source in one.sources):
            why = f"the policy does not name the rule file {one.entry.pattern}: this test is about other rules"
            problem = Problem(one.entry.where, why, "name it under 'rules' in the policy")
            yield SilentFinding(RULE_FILE_OUTSIDE, problem)


def _of_vmalert_tool(loaded: Loaded) -> Iterator[Problem]:
    if loaded.unit.metricsql is not None:
        why = "promtool cannot read this test file: the key 'metricsql_expr_test' belongs to vmalert-tool"
        yield Problem(loaded.unit.metricsql, why, "run it with vmalert-tool unittest, or write promql_expr_test")


def _hints(loaded: Loaded) -> Iterator[Problem]:
    """List the parts that promtool refuses and the programs of VictoriaMetrics read."""
    yield from _of_vmalert_tool(loaded)
    yield from filter(None, (vmalert_key(source.whole, source.path) for source in loaded.sources))


def _ambiguous(loaded: Loaded, folder: Path, places: RulePlaces) -> Iterator[Problem]:
    for one in loaded.entries:
        rivals = [str(path) for path in places.ambiguous(one.entry.pattern, folder)] if one.sources else []
        if rivals and {source.path for source in one.sources} <= set(rivals):
            why = f"{one.entry.pattern} can mean {' or '.join(rivals)}"
            yield Problem(one.entry.where, why, "write more of the path")
