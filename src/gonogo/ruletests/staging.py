"""Writes test files and their rule files into a temporary folder for promtool to read.

So promtool reads exactly the texts that gonogo read, and that the cache key is made of, with custom resources unwrapped
and independent of the places of the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count, groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.trial import Trial, rule_names, whole


class StagedUnit(Struct, frozen=True):
    """A test file as promtool reads it: its staged path, beside the staged rule files, and its source."""

    path: Path
    loaded: Loaded

    def in_words_of_the_source(self, output: str) -> str:
        """Replace the staged paths in promtool's output by the paths of the source files.

        promtool repeats some messages about a file for each test in the file. Repeated lines are written once.
        """
        output = "\n".join(line for line, _ in groupby(output.splitlines()))
        sources = self.loaded.sources
        for name, source in zip(rule_names(len(sources)), sources, strict=True):
            output = output.replace(str(self.path.with_name(name)), source.path)
        return output.replace(str(self.path), self.loaded.unit.path).replace(f"{self.path.parent}/", "")


def write_trial(trial: Trial, folder: Path, name: str = "test.yml") -> Path:
    """Write a trial into a new folder, and return the path of its test file."""
    folder.mkdir(parents=True)
    for rule_name, text in zip(rule_names(len(trial.rules)), trial.rules, strict=True):
        (folder / rule_name).write_text(text, encoding="utf-8")
    path = folder / name
    path.write_text(trial.test, encoding="utf-8")
    return path


@contextmanager
def staging() -> Iterator[Callable[[Loaded, Trial], StagedUnit]]:
    """Yield a function that stages one trial of a test file. Leaving the block removes the staged files."""
    with TemporaryDirectory(prefix="gonogo-unit-") as folder:
        numbers = count()

        def stage(loaded: Loaded, trial: Trial) -> StagedUnit:
            name = f"test-{Path(loaded.unit.path).name}"
            return StagedUnit(write_trial(trial, Path(folder) / str(next(numbers)), name), loaded)

        yield stage


@contextmanager
def staged(tests: Iterable[Loaded]) -> Iterator[tuple[StagedUnit, ...]]:
    """Stage whole test files. Leaving the block removes the staged files."""
    with staging() as stage:
        yield tuple(stage(one, whole(one)) for one in tests)
