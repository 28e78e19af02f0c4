"""A hostile input: a realistic input with some changes. Its number alone decides the input."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random

from gonogo.lint.core.check import Example
from gonogo.model.replacing import replace
from tests.example_estate import CONFIGURATION
from tests.soak.fuzz.floods import PLACES, filled, flood, sweep
from tests.soak.fuzz.promql_mutators import DEEPENING, PROMQL_MUTATORS
from tests.soak.fuzz.seeds import RULES, TESTS, expressions, seeds
from tests.soak.fuzz.text_mutators import TEXT_MUTATORS

LARGEST = 64 * 1024
"""How many characters an input has at most."""

SWEEP = 1_000_000_000
"""From this number on, inputs are hostile texts in every place, one after another."""
SWEPT = 10_000
"""How many characters those texts have."""

_HOW_OFTEN = (1, 1, 1, 2, 3, 8)
_DEEP = 0.005
_FLOODED = 0.01
_VERSIONS = ((2, 42), (2, 55), (3, 1))


@dataclass(frozen=True, slots=True)
class Case:
    """One input.

    Attributes:
        number: what it is made from.
        example: all files, and what is known beside them.
        name: the one that was changed.
    """

    number: int
    example: Example
    name: str

    @property
    def text(self) -> str:
        """The changed file."""
        return self.example.files[self.name]


def case(number: int, corpus: str = "") -> Case:
    """Make the input of a number.

    Other seeds give another input. The configuration of a changed example is read from the changed text, not from the
    facts of the example.
    """
    if number >= SWEEP:
        return Case(number, *_placed(*sweep(number - SWEEP, SWEPT)))
    chance = Random(number)  # noqa: S311 - inputs, no secrets
    kind = chance.random()
    make = _flooded if kind < _FLOODED else _of_expression if kind < 0.5 else _of_file
    example, name = make(chance, corpus)
    files = {**example.files, name: example.files[name][:LARGEST]}
    stated = {key: fact for key, fact in example.facts.items() if (key, name) != ("configuration", CONFIGURATION)}
    facts = {"complete": chance.random() < 0.5, "version": chance.choice(_VERSIONS), **stated}
    return Case(number, Example(files, facts), name)


def _of_file(chance: Random, corpus: str) -> tuple[Example, str]:
    seed = chance.choice(seeds(corpus))
    name = chance.choice(list(seed.files))
    text = seed.files[name]
    for _ in range(chance.choice(_HOW_OFTEN)):
        text = chance.choice(TEXT_MUTATORS)(text, chance)
    return replace(seed, files={**seed.files, name: text}), name


def _of_expression(chance: Random, corpus: str) -> tuple[Example, str]:
    known = expressions(corpus)
    text = chance.choice(known)
    for _ in range(chance.choice(_HOW_OFTEN)):
        mutators = DEEPENING if chance.random() < _DEEP else PROMQL_MUTATORS
        text = chance.choice(mutators)(text, chance, known)[:LARGEST]
    if chance.random() < 0.2:
        return _placed(chance.choice(list(PLACES)), text)
    form = chance.choice((json.dumps(text), json.dumps(text, ensure_ascii=False), _block(text), text))
    name = chance.choice(("alert", "record"))
    other = json.dumps(chance.choice(known))
    rules = f"groups:\n- name: g\n  rules:\n  - record: a:b\n    expr: {other}\n  - {name}: a:b\n    expr: {form}\n"
    tests = f"rule_files: [{RULES}]\ntests:\n- promql_expr_test:\n  - expr: {form}\n"
    return Example({RULES: rules, TESTS: tests}), RULES


def _flooded(chance: Random, _: str) -> tuple[Example, str]:
    return _placed(chance.choice(list(PLACES)), flood(chance, chance.choice((300, 3000, LARGEST // 2))))


def _placed(place: str, text: str) -> tuple[Example, str]:
    return filled(place, text), PLACES[place][0]


def _block(text: str) -> str:
    return "|\n" + "\n".join(f"      {line}" for line in text.split("\n"))
