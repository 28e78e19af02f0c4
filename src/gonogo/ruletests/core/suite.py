"""Test files with the rules that they load, and the question if one of them notices a change of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from gonogo.durations import format_duration
from gonogo.formats.flow import flow, joined, listed
from gonogo.formats.test_file import UnitTest
from gonogo.model.rule import Rule
from gonogo.ruletests.core.extract import Dependence, Extract
from gonogo.ruletests.core.loaded import Loaded, RuleSource
from gonogo.ruletests.core.rule_text import FileText, RuleId, RuleText, file_text
from gonogo.ruletests.core.trial import Trial, TrialOutcome, rule_names, whole


@dataclass(frozen=True)
class Sheet:
    """A test file and the rules that it loads; ``files`` are its rule files, in the order of their names in a trial."""

    loaded: Loaded
    files: tuple[FileText, ...]
    _parts: dict[Extract, Trial] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def whole(self) -> Trial:
        """The trial of the whole test file, without a change."""
        return whole(self.loaded)

    @cached_property
    def rules(self) -> tuple[RuleText, ...]:
        """The rules that the test file loads, file after file."""
        return tuple(rule for file in self.files for rule in file.rules)

    @cached_property
    def number(self) -> Mapping[RuleId, int]:
        """The place of each rule among ``rules``."""
        return {rule.id: number for number, rule in enumerate(self.rules)}

    @cached_property
    def dependence(self) -> Dependence:
        """The graph of the rules that each rule and each assertion reads."""
        return Dependence(self.loaded.unit, [rule.rule for rule in self.rules])

    def extracts(self, rule: RuleText, changed: Rule | None = None) -> tuple[Extract, ...]:
        """Return one extract for each test that a change of a rule (``None``: its removal) can reach."""
        return self.dependence.extracts(self.number[rule.id], changed)

    def part(self, extract: Extract) -> Trial:
        """Return the trial of an extract, with unchanged rules."""
        if extract not in self._parts:
            self._parts[extract] = self._extracted(extract, self._kept(extract))
        return self._parts[extract]

    def changed_part(self, extract: Extract, rule: RuleText, changed: Rule | None) -> Trial:
        """Return the trial of an extract in which one rule is changed or removed."""
        return self._extracted(extract, _with(self._kept(extract), rule, changed))

    def changed_whole(self, rule: RuleText, changed: Rule | None) -> Trial:
        """Return the trial of the whole test file in which one rule is changed or removed."""
        texts = _with({one.id: one.text for one in self.rules}, rule, changed)
        rules = zip(self.files, self.whole.rules, strict=True)
        return Trial(self.whole.test, tuple(one.written(texts) if rule in one.rules else old for one, old in rules))

    def _kept(self, extract: Extract) -> dict[RuleId, str]:
        return {rule.id: rule.text for number, rule in enumerate(self.rules) if number in extract.rules}

    def _extracted(self, extract: Extract, texts: Mapping[RuleId, str]) -> Trial:
        """Write the trial of a part of the test file, with the rules that have a text."""
        written = [file.written(texts) for file in self.files if any(one.id in texts for one in file.rules)]
        rules = tuple(written or ["groups: []\n"])
        test = next(self._test(test, extract) for test in self.loaded.unit.tests if test.loc == extract.test)
        head = flow(self.loaded.unit.document, (), ("rule_files", "tests"))
        return Trial(joined(head, f"rule_files: {listed(rule_names(len(rules)))}", f"tests: [{test}]") + "\n", rules)

    def _test(self, test: UnitTest, extract: Extract) -> str:
        document = self.loaded.unit.document
        alerts = [flow(document, one.loc) for one in test.alerts if one.loc in extract.assertions]
        expressions = [flow(document, one.loc) for one in test.expressions if one.loc in extract.assertions]
        if extract.until is not None:
            expressions.append(_nothing_until(extract.until))
        head = flow(document, test.loc, ("alert_rule_test", "promql_expr_test"))
        kinds = (("alert_rule_test", alerts), ("promql_expr_test", expressions))
        return joined(head, *(f"{kind}: [{', '.join(texts)}]" for kind, texts in kinds if texts))


def _nothing_until(until: timedelta) -> str:
    """Write an assertion that always holds, so that the test lasts until then."""
    return f'{{expr: "vector(1)", eval_time: {format_duration(until)}, exp_samples: [{{labels: "{{}}", value: 1}}]}}'


def _with(texts: Mapping[RuleId, str], rule: RuleText, changed: Rule | None) -> dict[RuleId, str]:
    rest = {key: text for key, text in texts.items() if key != rule.id}
    return rest if changed is None else {**rest, rule.id: rule.written(changed)}


Loading = Mapping[RuleId, tuple[Sheet, ...]]
"""The test files that load each rule."""


class Suite(Struct, frozen=True, dict=True):
    """Test files, each with the rules that it loads, and all rule files, also those that no test file loads."""

    sheets: tuple[Sheet, ...]
    files: tuple[FileText, ...]

    @cached_property
    def rules(self) -> tuple[RuleText, ...]:
        """Every rule, each once."""
        return tuple(rule for file in self.files for rule in file.rules)

    def loading(self, passing: Iterable[str]) -> Loading:
        """Return, for each rule, the test files that load it, out of those with the given paths."""
        wanted = frozenset(passing)
        found: dict[RuleId, tuple[Sheet, ...]] = {}
        for sheet in self.sheets:
            if sheet.loaded.unit.path in wanted:
                found |= {rule.id: (*found.get(rule.id, ()), sheet) for rule in sheet.rules}
        return found


def suite(tests: Sequence[Loaded], others: Iterable[RuleSource] = ()) -> Suite:
    """Split the rule files of tests into rules. ``others`` are rule files that count even if no test loads them."""
    files: dict[tuple[str, int], FileText] = {}
    for source in (*(source for one in tests for source in one.sources), *others):
        if (key := (source.real, source.part)) not in files:
            files[key] = file_text(source.text, source.path, source.part)
    sheets = (Sheet(one, tuple(files[source.real, source.part] for source in one.sources)) for one in tests)
    return Suite(tuple(sheets), tuple(files.values()))


class MutantFate(StrEnum):
    """The answer of the tests to a changed rule; ``STILLBORN`` if promtool refuses the changed rule."""

    NOTICED = "noticed"
    UNNOTICED = "unnoticed"
    STILLBORN = "stillborn"


Known = Mapping[str, TrialOutcome]
"""The outcome of each trial that has run, by the key of the trial."""


class MutantQuestion:
    """The question if some test file fails when a rule is changed or removed."""

    def __init__(self, sheets: Sequence[Sheet], rule: RuleText, changed: Rule | None = None) -> None:
        """Ask the question of test files that pass without a change."""
        self.rule = rule
        self.changed = changed
        self._sheets = sheets
        self._place = 0
        self._trials: dict[Extract, Trial] = {}

    @cached_property
    def _steps(self) -> tuple[tuple[Sheet, Extract], ...]:
        """The extracts of all files that the change can reach."""
        return tuple((one, extract) for one in self._sheets for extract in one.extracts(self.rule, self.changed))

    def ask(self, known: Known) -> MutantFate | tuple[Trial, ...]:
        """Return the answer, or the trials that must run next."""
        while self._place < len(self._steps):
            sheet, extract = self._steps[self._place]
            part = sheet.part(extract)
            trial = self._trial(sheet, extract, sound=known.get(part.key, TrialOutcome.PASSED))
            needed = tuple(one for one in (part, trial) if one.key not in known)
            if needed:
                return needed
            if known[trial.key] is not TrialOutcome.PASSED:
                return MutantFate.NOTICED if known[trial.key] is TrialOutcome.FAILED else MutantFate.STILLBORN
            self._place += 1
        return MutantFate.UNNOTICED

    def whole_trials(self) -> Iterator[Trial]:
        """Yield the trial of each whole file that the change can reach: the slow way to the same answer."""
        for sheet in {sheet.loaded.unit.path: sheet for sheet, _ in self._steps}.values():
            yield sheet.changed_whole(self.rule, self.changed)

    def _trial(self, sheet: Sheet, extract: Extract, *, sound: TrialOutcome) -> Trial:
        """Return the changed extract, or the changed whole file if the unchanged extract does not pass."""
        if sound is not TrialOutcome.PASSED:
            return sheet.changed_whole(self.rule, self.changed)
        if extract not in self._trials:
            self._trials = {extract: sheet.changed_part(extract, self.rule, self.changed)}
        return self._trials[extract]
