"""Test files with the rules that they load, and the question if one of them notices a change of a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from gonogo.formats.test_file import UnitFile
from gonogo.model.rule import Rule
from gonogo.ruletests.core.extract import Dependence, Extract
from gonogo.ruletests.core.rule_text import FileText, RuleId, RuleText
from gonogo.ruletests.core.trial import Trial, TrialOutcome, extracted


@dataclass(frozen=True)
class Sheet:
    """A test file and the rules that it loads.

    Attributes:
        unit: the test file.
        files: the rule files, in the order of their names in the trial.
        whole: the trial of the whole test file, without a change.
    """

    unit: UnitFile
    files: tuple[FileText, ...]
    whole: Trial = field(repr=False)
    _parts: dict[Extract, Trial] = field(default_factory=dict, repr=False, compare=False)

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
        return Dependence(self.unit, [rule.rule for rule in self.rules])

    @cached_property
    def texts(self) -> Mapping[RuleId, str]:
        """The text of every rule, without a change."""
        return {rule.id: rule.text for rule in self.rules}

    def part(self, extract: Extract) -> Trial:
        """Return the trial of an extract, with unchanged rules."""
        if extract not in self._parts:
            self._parts[extract] = extracted(self.unit, self.files, extract, self._kept(extract))
        return self._parts[extract]

    def changed_part(self, extract: Extract, rule: RuleText, changed: Rule | None) -> Trial:
        """Return the trial of an extract in which one rule is changed or removed."""
        return extracted(self.unit, self.files, extract, _with(self._kept(extract), rule, changed))

    def changed_whole(self, rule: RuleText, changed: Rule | None) -> Trial:
        """Return the trial of the whole test file in which one rule is changed or removed."""
        texts = _with(self.texts, rule, changed)
        rules = zip(self.files, self.whole.rules, strict=True)
        return Trial(
            self.whole.test,
            tuple(file.written(texts) if rule in file.rules else as_it_is for file, as_it_is in rules),
        )

    def _kept(self, extract: Extract) -> dict[RuleId, str]:
        return {rule.id: rule.text for number, rule in enumerate(self.rules) if number in extract.rules}


def _with(texts: Mapping[RuleId, str], rule: RuleText, changed: Rule | None) -> dict[RuleId, str]:
    rest = {key: text for key, text in texts.items() if key != rule.id}
    return rest if changed is None else {**rest, rule.id: rule.written(changed)}


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
        return tuple(
            (sheet, extract)
            for sheet in self._sheets
            for extract in sheet.dependence.extracts(sheet.number[self.rule.id], self.changed)
        )

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
        for sheet in {sheet.unit.path: sheet for sheet, _ in self._steps}.values():
            yield sheet.changed_whole(self.rule, self.changed)

    def _trial(self, sheet: Sheet, extract: Extract, *, sound: TrialOutcome) -> Trial:
        """Return the changed extract, or the changed whole file if the unchanged extract does not pass."""
        if sound is not TrialOutcome.PASSED:
            return sheet.changed_whole(self.rule, self.changed)
        if extract not in self._trials:
            self._trials = {extract: sheet.changed_part(extract, self.rule, self.changed)}
        return self._trials[extract]
