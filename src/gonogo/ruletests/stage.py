"""Lays test files out in a temporary folder, with the rule files that they load, for promtool to read.

promtool then reads exactly what was read here (and what a cached result was kept
under), custom resources unwrapped, wherever the rules live.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from gonogo.ruletests.core.rewriting import NO_FILE, with_rule_files
from gonogo.ruletests.material import LoadedEntry, Material
from gonogo.ruletests.rules import RuleSource


@dataclass(frozen=True, slots=True)
class StagedUnit:
    """A test file as promtool reads it, in a folder that it shares with others: each has a number there.

    Attributes:
        path: the staged test file.
        material: what it was made of.
        rules: the staged rule file of each source, in the order of ``material.rules``.
    """

    path: Path
    material: Material
    rules: tuple[Path, ...]

    def rewrite(self, rules: Iterable[RuleSource]) -> None:
        """Put other texts in place of the rule files', such as those of a mutant, or the first ones again."""
        staged = {(rule.path, rule.part): path for rule, path in zip(self.material.rules, self.rules, strict=True)}
        for rule in rules:
            staged[rule.path, rule.part].write_text(rule.text, encoding="utf-8")

    def in_words_of_the_source(self, output: str) -> str:
        """Name the files of the test, and not the staged ones, in what promtool wrote.

        What it says of a file once for each test of it is said once.
        """
        output = "\n".join(line for line, _ in groupby(output.splitlines()))
        for rule, path in zip(self.material.rules, self.rules, strict=True):
            output = output.replace(str(path), str(rule.path))
        return output.replace(str(self.path), str(self.material.path)).replace(f"{self.path.parent}/", "")


@contextmanager
def staging() -> Iterator[Callable[[Material], StagedUnit]]:
    """Give what writes files down, one after another, for the time of the block."""
    with TemporaryDirectory(prefix="gonogo-unit-") as folder:
        numbers = count()
        yield lambda one: _staged(one, Path(folder), next(numbers))


@contextmanager
def staged(materials: Iterable[Material]) -> Iterator[tuple[StagedUnit, ...]]:
    """Write the files down for the time of the block."""
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
