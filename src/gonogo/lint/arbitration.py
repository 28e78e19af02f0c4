"""Asks a real promtool about every file: as one server loads them, in as few processes as the files allow."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gonogo.disk.regular_file import keeps_readers_waiting
from gonogo.errors import Position
from gonogo.formats.promtool_words import Word, last_words, words
from gonogo.formats.sources import SourceFile
from gonogo.formats.unwrap import unwrapped
from gonogo.lint.core.arbiter import Arbiter, ArbiterRefusal
from gonogo.lint.core.refusals import refusals
from gonogo.lint.inputs import Inputs
from gonogo.model.finding import Span
from gonogo.policy.inputs import matching
from gonogo.programs.installed_promtool import Promtool, installed_promtool
from gonogo.programs.promtool import PROMTOOL, check_config, check_rules

LONGEST_ARGUMENTS = 100_000
"""Bytes of file names for one process; the system's own limit is about twenty times that."""

LARGEST_FAULTY = 1024 * 1024
"""How large a file with mistakes may be to be asked about: of 16 MB of brackets promtool makes 5 GB of complaints."""


@dataclass(frozen=True, slots=True)
class AskedPromtool:
    """A promtool, and under which names it sees the files.

    Attributes:
        command: what runs it.
        root: the folder in which it sees what lies in ``base`` here; ``None``: under the same names.
        base: the folder here.
        excused: whether it may be of another version.
        demanded: the features that it has to turn on.
        running: further features that it turns on if it can: those of the server that is asked.
    """

    command: Sequence[str] = PROMTOOL
    root: str | None = None
    base: str = "."
    excused: bool = False
    demanded: tuple[str, ...] = ()
    running: tuple[str, ...] = ()

    def promtool(self) -> Promtool:
        """Find the promtool.

        Raises:
            MissingTool: the command is not there, or does not run a promtool: that says nothing about the files.
            UsageError: it is too old for a feature that it has to turn on.
        """
        return installed_promtool(self.demanded, self.running, self.command)

    def name_of(self, path: str) -> str:
        """Give the name of a file for this promtool; none can be taken for an option."""
        if self.root is not None:
            return posixpath.join(self.root, os.path.relpath(path, self.base))
        return os.path.abspath(path) if path.startswith("-") else path  # noqa: PTH100 - text

    def key(self, name: str) -> str:
        """Give one key for all spellings of a name that this promtool may use."""
        return posixpath.normpath(name) if self.root is not None else os.path.abspath(name)  # noqa: PTH100 - text


def arbitrate(inputs: Inputs, side: AskedPromtool, scratch: Path) -> Arbiter:
    """Ask one promtool about everything that could be read.

    Args:
        inputs: what is linted.
        side: which promtool.
        scratch: an empty folder for the rules of resources, which promtool cannot read.

    Raises:
        MissingTool: the command is not there, or does not run a promtool: that says nothing about the files.
        UsageError: it is too old for a feature that it has to turn on.
    """
    promtool = side.promtool()
    passed = tuple(_passed(inputs, side, scratch))
    heard = _Heard(side, {side.key(name): file for name, file in passed})
    if inputs.configuration is not None:
        _ask_configuration(inputs, side, promtool, heard)
    for batch in _batches([name for name, _ in passed if side.key(name) in heard.waiting]):
        ran = check_rules([Path(name) for name in batch], lint=False, command=promtool.command)
        heard.hear(words(ran.output), ran.output, [side.key(name) for name in batch])
    accepted = frozenset(path for path, fine in heard.accepted.items() if fine)
    return Arbiter(
        " ".join(side.command), promtool.version, accepted, tuple(heard.refused), side.excused, promtool.lacking
    )


def _opened(inputs: Inputs) -> Iterator[str]:
    """List the files that promtool opens when it checks the configuration: it waits for a pipe, and reads a device."""
    if inputs.configuration is None:
        return
    for entry in inputs.configuration.rule_files:
        yield from entry.matched or ()
    for named in inputs.configuration.named_files:
        yield from map(str, matching(named.path))


def _ask_configuration(inputs: Inputs, side: AskedPromtool, promtool: Promtool, heard: _Heard) -> None:
    """Check the configuration; where it is valid, that checks the rule files that it loads as well."""
    path = inputs.configuration.path if inputs.configuration else ""
    if odd := next(filter(keeps_readers_waiting, _opened(inputs)), None):
        heard.refuse(SourceFile(path, ""), f"it would never end reading {odd}, which is no regular file")
        return
    name = side.name_of(path)
    heard.waiting = {side.key(name): SourceFile(path, inputs.texts.get(path, "")), **heard.waiting}
    ran = check_config(Path(name), lint=False, command=promtool.command, release=promtool.release)
    heard.hear(words(ran.output), ran.output, [side.key(name)])


@dataclass(slots=True)
class _Heard:
    """What one promtool has said so far, and of which files it has said nothing yet."""

    side: AskedPromtool
    waiting: dict[str, SourceFile]
    accepted: dict[str, bool] = field(default_factory=dict)
    refused: list[ArbiterRefusal] = field(default_factory=list)

    def hear(self, said: Sequence[Word], output: str, asked: Sequence[str]) -> None:
        """Take what was said in one run; of what was ``asked`` something must have been said."""
        first = self.waiting[asked[0]]
        for word in said:
            file = self.waiting.pop(self.side.key(word.path), None)
            if file is not None:
                self._take(word, file)
            elif not word.accepted:
                self.refuse(first, f"{word.path}: {word.reasons[0].message if word.reasons else 'it is refused'}")
        silent = [self.waiting.pop(key) for key in asked if key in self.waiting]
        if silent and not said:
            self.refuse(silent[0], last_words(output))
        elif silent:
            for file in silent:
                self.refuse(file, "nothing was said of this file")

    def _take(self, word: Word, file: SourceFile) -> None:
        self.accepted[file.path] = self.accepted.get(file.path, True) and word.accepted
        if not word.accepted:
            self.refused += refusals(word, file)

    def refuse(self, file: SourceFile, message: str) -> None:
        """Take it that promtool refuses a file."""
        self.accepted[file.path] = False
        self.refused.append(ArbiterRefusal(Span(Position(file.path, 1, 1)), message))


def _passed(inputs: Inputs, side: AskedPromtool, scratch: Path) -> Iterator[tuple[str, SourceFile]]:
    """Name the files to ask about; what is not even text, or huge and wrong, is left out: that is told already."""
    for number, file in enumerate(inputs.files.values()):
        if file.custom and file.path in inputs.by_hand:
            for part, text in enumerate(unwrapped(file.text, file.path)):
                place = scratch / f"{number}-{part}.yml"
                place.write_text(text, encoding="utf-8")
                yield str(place), file
        elif worth_asking(file):
            yield side.name_of(file.path), file


def worth_asking(file: SourceFile) -> bool:
    """Tell whether an arbiter is asked about a file: it is text, and not huge and wrong."""
    return not file.problems or 0 < len(file.text) <= LARGEST_FAULTY


def _batches(names: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    room = LONGEST_ARGUMENTS
    for name in names:
        if batch and len(name) > room:
            yield batch
            batch, room = [], LONGEST_ARGUMENTS
        batch.append(name)
        room -= len(name) + 1
    if batch:
        yield batch
