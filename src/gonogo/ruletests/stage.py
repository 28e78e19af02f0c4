"""Writes test files and their rule files into a temporary folder for promtool to read.

So promtool reads exactly the texts that gonogo read, and that the cache key is made of, with custom resources unwrapped
and independent of the places of the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from gonogo.ruletests.core.trial import NO_FILE, with_rule_files
from gonogo.ruletests.material import LoadedEntry, Material


@dataclass(frozen=True, slots=True)
class StagedUnit:
    """A test file as promtool reads it. Many share one folder, so the names of the files begin with a number.

    Attributes:
        path: the staged test file.
        material: the test file and the rule files that it was staged from.
        rules: the staged rule file of each source, in the order of ``material.rules``.
    """

    path: Path
    material: Material
    rules: tuple[Path, ...]

    def in_words_of_the_source(self, output: str) -> str:
        """Replace the staged paths in promtool's output by the paths of the source files.

        promtool repeats some messages about a file for each test in the file. Repeated lines are written once.
        """
        output = "\n".join(line for line, _ in groupby(output.splitlines()))
        for rule, path in zip(self.material.rules, self.rules, strict=True):
            output = output.replace(str(path), str(rule.path))
        return output.replace(str(self.path), str(self.material.path)).replace(f"{self.path.parent}/", "")


@contextmanager
def staging() -> Iterator[Callable[[Material], StagedUnit]]:
    """Yield a function that stages one test file. Leaving the block removes the staged files."""
    with TemporaryDirectory(prefix="gonogo-unit-") as folder:
        numbers = count()
        yield lambda one: _staged(one, Path(folder), next(numbers))


@contextmanager
def staged(materials: Iterable[Material]) -> Iterator[tuple[StagedUnit, ...]]:
    """Stage the test files. Leaving the block removes the staged files."""
    with staging() as stage:
        yield tuple(stage(one) for one in materials)


def _staged(material: Material, folder: Path, number: int) -> StagedUnit:
    names = {(rule.path, rule.part): f"{number}-{n}-{rule.path.name}" for n, rule in enumerate(material.rules)}
    paths = []
    for rule in material.rules:
        paths.append(folder / names[rule.path, rule.part])
        paths[-1].write_text(rule.text, encoding="utf-8")
    instead = [_names(loaded, names) for loaded in material.entries]
    path = folder / f"{number}-{material.path.name}"
    path.write_text(with_rule_files(material.text, material.unit, instead), encoding="utf-8")
    return StagedUnit(path, material, tuple(paths))


def _names(loaded: LoadedEntry, names: dict[tuple[Path, int], str]) -> list[str]:
    return [names[rule.path, rule.part] for rule in loaded.rules] or [NO_FILE]
