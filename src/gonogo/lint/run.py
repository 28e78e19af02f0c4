"""Reads all files that one server would load, asks promtool and all informants, and runs every check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from msgspec import Struct, field

from gonogo.errors import Position, UsageError
from gonogo.formats.dialect import Dialect
from gonogo.lint.arbitration import arbitrate
from gonogo.lint.core.arbiter import Arbiter
from gonogo.lint.core.catalogue import ARBITER, checks, findings, ordered, without_echoes
from gonogo.lint.core.check import Check
from gonogo.lint.core.estate import Estate, position_of
from gonogo.lint.core.expressions import expression_findings
from gonogo.lint.core.interest import interest_of
from gonogo.lint.core.pragmas import silenced
from gonogo.lint.core.report import LintReport
from gonogo.lint.early import ReadFiles, accepted_early
from gonogo.lint.inputs import Inputs, Skipped, named_inputs, policy_inputs
from gonogo.lint.request import AskedPromtool, LintRequest
from gonogo.lint.vmalert_arbitration import arbitrate_by_vmalert, has_vmalert, undecided_by_vmalert
from gonogo.model.finding import Finding, Severity, Span
from gonogo.model.outcome import Outcome
from gonogo.model.progress import Listener, Progress, ignored
from gonogo.model.replacing import replace
from gonogo.model.versions import release
from gonogo.programs.promtool import PROMTOOL, Promtool
from gonogo.programs.running import VMALERT, locate
from gonogo.stopping import outcome

Informant: TypeAlias = Callable[[Estate], tuple[Estate, tuple[str, ...]]]
"""Adds facts to an estate, and returns a sentence for each fact that could not be found out."""

Asked: TypeAlias = tuple[AskedPromtool, Future[Promtool], Future[frozenset[str]]]
"""A promtool to ask, the same as it is found, and the files that it accepts while the others are read."""

_OF_ARBITERS = frozenset({ARBITER, "promtool-disagree", "syntax"})
"""Checks that need promtool's judgement first: ``syntax`` accepts every expression that promtool accepts."""

NOT_ASKED = "promtool was not asked: vmalert evaluates these rule files (prometheus.dialect: victoriametrics)"


class Linted(Struct, frozen=True):
    """The result of a lint.

    Attributes:
        report: the findings, without those that pragmas silence.
        skipped: the files that were found and not linted.
        notes: the questions that stayed open, a sentence each.
        tools: the versions of the arbiters, by command.
        arbiter: the program that decides what is valid.
        undecided: why no program could decide what is valid; empty if the arbiter did.
    """

    report: LintReport
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    tools: Mapping[str, str] = field(default_factory=dict)
    arbiter: str = PROMTOOL[0]
    undecided: str = ""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that are errors."""
        return tuple(one for one in self.report.findings if one.severity is Severity.ERROR)

    @property
    def outcome(self) -> Outcome:
        """FAIL with any error; UNKNOWN if no arbiter decided what is valid; else PASS."""
        if self.errors:
            return Outcome.FAIL
        return Outcome.UNKNOWN if self.undecided else Outcome.PASS


def run_lint(request: LintRequest, progress: Listener = ignored, informants: Iterable[Informant] = ()) -> Linted:
    """Lint the requested files.

    Args:
        request: the files to lint, and the promtools to ask.
        progress: is called with each step.
        informants: further sources of facts, asked one after another.

    Raises:
        UsageError: a path does not exist or cannot be read, nothing is left to lint, a promtool is too old for a
            feature that it must turn on, or a second promtool is named for the rule files of vmalert.
        MissingTool: promtool, or the second one's command, does not exist or cannot be run.
        SourceError: the server to ask gives no valid answer.
    """
    by_vmalert = request.dialect is Dialect.VICTORIA_METRICS
    sides = () if by_vmalert else _sides(request)
    arbiter = VMALERT if by_vmalert else PROMTOOL[0]
    progress(Progress("reading the files"))
    with TemporaryDirectory(prefix="gonogo-lint-") as scratch, ThreadPoolExecutor(3 * len(sides) or 1) as pool:
        promtools = [pool.submit(side.promtool) for side in sides[:1]]
        read = ReadFiles()
        accepted = [pool.submit(accepted_early, read, side, promtools[0]) for side in sides[:1]]
        try:
            inputs = _inputs(request, read)
        finally:
            read.put(None)
        promtools += [pool.submit(side.promtool) for side in sides[1:]]  # a container may be slow to say no
        accepted += [pool.submit(frozenset[str]) for _ in sides[1:]]
        undecided = tuple(undecided_by_vmalert(inputs)) if by_vmalert else ()
        notes = [*undecided, *((NOT_ASKED,) if by_vmalert else ())]
        judging = _judging(pool, inputs, tuple(zip(sides, promtools, accepted, strict=True)), Path(scratch))
        estate = _estate(request, inputs, outcome(promtools[0]).version if promtools else "")
        for informant in informants:
            estate, open_questions = informant(estate)
            notes += open_questions
        if request.server_version is not None:
            estate = estate.having(version=request.server_version)
        progress(Progress(f"checking {len(estate.rules)} rules"))
        found = [*findings(estate, _checks(arbiters=False)), *_of_form(inputs)]
        if inputs.expressions is not None:
            found += expression_findings(estate, inputs.expressions)
        progress(Progress(f"waiting for {arbiter}"))
        judged = estate.having(arbiters=tuple(map(outcome, judging)))
        found += findings(judged, _checks(arbiters=True))
        notes += (note for one in judged.arbiters for note in one.notes)
    return Linted(
        _report(found, inputs, estate),
        tuple(inputs.skipped),
        tuple(notes),
        {one.name: one.version for one in judged.arbiters},
        arbiter,
        "; ".join(undecided),
    )


def _sides(request: LintRequest) -> tuple[AskedPromtool, ...]:
    """Return the promtools to ask. The command of each must exist."""
    named = (AskedPromtool(), *(() if request.second is None else (request.second,)))
    for side in named:
        locate(side.command[0])
    return tuple(replace(side, demanded=request.demanded, running=request.running) for side in named)


def _inputs(request: LintRequest, read: ReadFiles) -> Inputs:
    if request.second is not None and request.dialect is Dialect.VICTORIA_METRICS:
        raise UsageError(
            "a second promtool cannot check the rule files of vmalert",
            why="the policy says prometheus.dialect: victoriametrics, so vmalert decides what is valid",
            next_step="leave out --promtool",
        )
    if request.paths:
        return named_inputs(request.paths, request.dialect, read)
    assert request.policy_file is not None  # noqa: S101 - a request has one or the other
    return policy_inputs(request.policy_file)


def _judging(
    pool: ThreadPoolExecutor, inputs: Inputs, asked: tuple[Asked, ...], scratch: Path
) -> list[Future[Arbiter]]:
    """Ask the promtools in the background; without any, ask vmalert if it is installed."""
    running: list[Future[Arbiter]] = []
    for number, one in enumerate(asked):
        folder = scratch / str(number)
        folder.mkdir()
        running.append(pool.submit(_judged, inputs, one, folder))
    if not asked and has_vmalert():
        running.append(pool.submit(arbitrate_by_vmalert, inputs, scratch))
    return running


def _judged(inputs: Inputs, asked: Asked, scratch: Path) -> Arbiter:
    side, promtool, accepted = asked
    side = replace(side, base=inputs.base)
    return arbitrate(inputs, side, promtool.result(), scratch, accepted=accepted.result())


def _estate(request: LintRequest, inputs: Inputs, promtool: str) -> Estate:
    """Build the estate. Until an informant knows the server's version, promtool's version stands for it."""
    policy_file = request.policy_file
    return Estate(
        tuple(inputs.files.values()),
        inputs.configuration,
        inputs.tests,
        routes=inputs.routes,
        requirements=request.requirements,
        policy_rules=inputs.policy_rules,
        complete=inputs.complete,
        interest=interest_of(policy_file.policy) if policy_file is not None else None,
        dialect=request.dialect,
        version=release(promtool) or Estate().version,
        features=frozenset(request.demanded) or None,
    )


def _checks(*, arbiters: bool) -> Iterator[Check]:
    return (check for check in checks().values() if (check.id in _OF_ARBITERS) is arbiters)


def _of_form(inputs: Inputs) -> Iterator[Finding]:
    """Yield findings that no check makes: other files that cannot be parsed, and rule files without rules."""
    for problem in inputs.problems:
        yield Finding(
            "syntax",
            Severity.ERROR,
            Span(position_of(problem, inputs.base)),
            _sentence(problem.message, problem.next_step),
        )
    if inputs.configuration is None:
        for file in inputs.files.values():
            if not file.rules and not file.problems:
                message = f"{file.path} holds no rule: the server loads the file, but it has no effect"
                severity = Severity.WARNING if file.path in inputs.by_hand else Severity.ERROR
                yield Finding("rule-files-empty", severity, Span(Position(file.path, 1, 1)), message)
    for where, message in inputs.missing:
        yield Finding("rule-files-empty", Severity.ERROR, where, message)


def _sentence(message: str, next_step: str) -> str:
    return f"{message} ({next_step})" if next_step else message


def _report(found: Iterable[Finding], inputs: Inputs, estate: Estate) -> LintReport:
    unable = {check.id for check in checks().values() if not check.can_run(estate)}
    done = silenced(ordered(found), estate.files, checks(), inputs.texts, unable)
    texts = {file.path: file.text for file in estate.files if file.text} | inputs.texts
    return LintReport(
        ordered(without_echoes((*done.kept, *done.notices))),
        len(estate.files) + (estate.configuration is not None) + (estate.routes is not None),
        len(estate.rules),
        done.count,
        texts=texts,
    )
