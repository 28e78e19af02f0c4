"""Asks a real promtool about every file, as one server loads the files, in as few processes as possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gonogo.disk.regular_file import keeps_readers_waiting
from gonogo.errors import Position
from gonogo.formats.flow import unwrapped
from gonogo.formats.promtool_words import Word, last_words, words
from gonogo.formats.sources import SourceFile
from gonogo.lint.core.arbiter import Arbiter, ArbiterRefusal, refusals
from gonogo.lint.inputs import Inputs
from gonogo.lint.request import AskedPromtool
from gonogo.model.finding import Span
from gonogo.policy.inputs import matching
from gonogo.programs.promtool import Promtool, check_config, check_rules

LONGEST_ARGUMENTS = 100_000
"""Bytes of file names for one process. The limit of the system is about twenty times higher."""

LARGEST_FAULTY = 1024 * 1024
"""The largest file with mistakes that promtool is asked about: it prints 5 GB of messages for 16 MB of brackets."""


def arbitrate(
    inputs: Inputs,
    side: AskedPromtool,
    promtool: Promtool,
    scratch: Path,
    room: int = LONGEST_ARGUMENTS,
    accepted: frozenset[str] = frozenset(),
) -> Arbiter:
    """Ask one promtool about all readable files.

    Args:
        inputs: the files to lint.
        side: the promtool to ask, and its names of the files.
        promtool: the same promtool, as it was found.
        scratch: an empty folder for the rules inside resources, which promtool cannot read directly.
        room: the number of bytes that the names of one run may take.
        accepted: the files that the promtool has accepted before, without a configuration.

    Raises:
        MissingTool: the system can no longer run the command. This says nothing about the files.
    """
    known = accepted if inputs.configuration is None else frozenset()
    passed = tuple((name, file) for name, file in _passed(inputs, side, scratch) if file.path not in known)
    answers = _Answers(side, {side.key(name): file for name, file in passed}, dict.fromkeys(known, True))
    if inputs.configuration is not None:
        _ask_configuration(inputs, side, promtool, answers)
    for batch in _batches([name for name, _ in passed if side.key(name) in answers.waiting], room):
        ran = check_rules([Path(name) for name in batch], lint=False, command=promtool.command)
        answers.record(words(ran.output), ran.output, [side.key(name) for name in batch])
    fine = frozenset(path for path, fine in answers.accepted.items() if fine)
    return Arbiter(
        " ".join(side.command), promtool.version, fine, tuple(answers.refused), side.any_version, promtool.lacking
    )


def _opened(inputs: Inputs) -> Iterator[str]:
    """Yield the files that promtool opens when it checks the configuration. On a pipe or device promtool would hang."""
    if inputs.configuration is None:
        return
    for entry in inputs.configuration.rule_files:
        yield from entry.matched or ()
    for named in inputs.configuration.named_files:
        yield from map(str, matching(named.path))


def _ask_configuration(inputs: Inputs, side: AskedPromtool, promtool: Promtool, answers: _Answers) -> None:
    """Check the configuration. If it is valid, this also checks the rule files that it loads."""
    path = inputs.configuration.path if inputs.configuration else ""
    if odd := next(filter(keeps_readers_waiting, _opened(inputs)), None):
        answers.refuse(
            SourceFile(path, ""), f"promtool was not asked: {odd} is not a regular file, so reading it might never end"
        )
        return
    name = side.name_of(path)
    answers.waiting = {side.key(name): SourceFile(path, inputs.texts.get(path, "")), **answers.waiting}
    ran = check_config(Path(name), lint=False, command=promtool.command, release=promtool.release)
    answers.record(words(ran.output), ran.output, [side.key(name)])


@dataclass(slots=True)
class _Answers:
    """The answers of one promtool so far, and the files that it has not judged yet."""

    side: AskedPromtool
    waiting: dict[str, SourceFile]
    accepted: dict[str, bool] = field(default_factory=dict)
    refused: list[ArbiterRefusal] = field(default_factory=list)

    def record(self, said: Sequence[Word], output: str, asked: Sequence[str]) -> None:
        """Record promtool's output of one run. It must mention at least one of the files in ``asked``."""
        first = self.waiting[asked[0]]
        for word in said:
            file = self.waiting.pop(self.side.key(word.path), None)
            if file is not None:
                self._take(word, file)
            elif not word.accepted:
                self.refuse(
                    first, f"{word.path}: {word.reasons[0].message if word.reasons else 'promtool refuses this file'}"
                )
        silent = [self.waiting.pop(key) for key in asked if key in self.waiting]
        if silent and not said:
            self.refuse(silent[0], last_words(output))
        elif silent:
            for file in silent:
                self.refuse(file, "promtool did not mention this file")

    def _take(self, word: Word, file: SourceFile) -> None:
        self.accepted[file.path] = self.accepted.get(file.path, True) and word.accepted
        if not word.accepted:
            self.refused += refusals(word, file)

    def refuse(self, file: SourceFile, message: str) -> None:
        """Record that promtool refuses a file."""
        self.accepted[file.path] = False
        self.refused.append(ArbiterRefusal(Span(Position(file.path, 1, 1)), message))


def _passed(inputs: Inputs, side: AskedPromtool, scratch: Path) -> Iterator[tuple[str, SourceFile]]:
    """Yield the files to ask about, with their names. Binary files, and huge files with mistakes, are left out."""
    for number, file in enumerate(inputs.files.values()):
        if file.custom and file.path in inputs.by_hand:
            for part, text in enumerate(unwrapped(file.text, file.path)):
                place = scratch / f"{number}-{part}.yml"
                place.write_text(text, encoding="utf-8")
                yield str(place), file
        elif worth_asking(file):
            yield side.name_of(file.path), file


def worth_asking(file: SourceFile) -> bool:
    """Return whether an arbiter is asked about a file: the file is text, and not both huge and faulty."""
    return not file.problems or 0 < len(file.text) <= LARGEST_FAULTY


def _batches(names: Sequence[str], room: int) -> Iterator[list[str]]:
    batch: list[str] = []
    left = room
    for name in names:
        if batch and len(name) > left:
            yield batch
            batch, left = [], room
        batch.append(name)
        left -= len(name) + 1
    if batch:
        yield batch
