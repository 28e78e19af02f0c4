"""The lint and the unit tests under mutated files and expressions: 100,000 with ``--soak``, else a hundredth.

Each input is made from a number. To see one again: ``python -m tests.soak.fuzz.worker NUMBER 1 -v``. The
environment variable ``GONOGO_CORPUS`` may name a folder: the YAML files below it are mutated as well, and the
same number then makes another input.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pytest

from gonogo.formats.flow import unwrapped
from gonogo.formats.prometheus_config import read_configuration
from gonogo.formats.sources import source_file
from gonogo.formats.test_file import read_unit
from gonogo.lint.core.requirements import read_requirements
from gonogo.lint.core.routes import read_routes
from tests.example_estate import CONFIGURATION, ROUTES
from tests.soak.fuzz.case import SWEEP
from tests.soak.fuzz.floods import HOSTILE, PLACES
from tests.soak.fuzz.watchdog import run

INPUTS = 100_000
MOST_MEMORY = 512 * 1024**2
MOST_SECONDS = 2.0

LAUGHS = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 10))
BOMBS = {
    "laughs": ("l0: &l0 [ha]\n" + LAUGHS, "the aliases of this document expand to too much"),
    "merged laughs": (
        "l0: &l0 {a: x}\n"
        + "".join(f"l{n}: &l{n} {{b{n}: [*l{n - 1}, *l{n - 1}], <<: *l{n - 1}}}\n" for n in range(1, 60)),
        "the aliases of this document expand to too much",
    ),
    "many aliases": ("a: &a x\nb: [" + "*a, " * 100_000 + "]\n", "the aliases of this document expand to too much"),
    "deep lists": ("[" * 100_000, "lists and mappings are nested here"),
    "deep mappings": ("{a: " * 100_000, "lists and mappings are nested here"),
    "deep blocks": ("- " * 10_000 + "x\n", "lists and mappings are nested here"),
    "deep aliases": (
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 200)),
        "the aliases of this document expand to too much",
    ),
    "alias of itself": ("a: &a [*a]\n", "the alias *a has no anchor before it"),
    "long key": ("k" * 1_000_000 + ": x\n", "this is not YAML"),
    "many tags": ("- !!python/object/apply:os.system [x]\n" * 1000, "means nothing here"),
}
LONG = {
    "long scalar": "groups: [{name: " + "x" * 4_000_000 + ", rules: []}]\n",
    "long expression": 'groups: [{name: g, rules: [{alert: A, expr: "x' + " " * 1_000_000 + '> 1"}]}]\n',
    "many documents": "---\nx: 1\n" * 10_000,
    "many anchors": "".join(f"- &a{n} x\n" for n in range(20_000)),
}


def test_no_input_breaks_the_lint_or_the_unit_tests(share: Callable[[int], int]) -> None:
    """No input causes a traceback, a hang or the death of the process. The memory is bounded, and every law holds."""
    inputs = share(share(INPUTS))
    outcome = run(0, inputs)
    assert not outcome.broken, "\n\n".join(outcome.broken)
    assert outcome.begun == inputs
    assert outcome.peak < MOST_MEMORY


def test_repeated_openings_are_read_in_bounded_time(share: Callable[[int], int]) -> None:
    """The text has 10,000 characters of one piece that could begin something.

    Every place that accepts a text gets it.
    """
    inputs = share(len(PLACES) * len(HOSTILE))
    outcome = run(SWEEP, inputs)
    assert not outcome.broken, "\n\n".join(outcome.broken)
    assert outcome.begun == inputs


@pytest.mark.parametrize("bomb", BOMBS)
def test_yaml_bombs_are_refused(bomb: str) -> None:
    """The refusal comes early, for every kind of file."""
    text, words = BOMBS[bomb]
    began = time.process_time()
    problems = (
        source_file(text, "rules.yml").problems,
        read_unit(text, "a_test.yml").problems,
        read_configuration(text, CONFIGURATION)[1],
        read_routes(text, ROUTES)[1],
        read_requirements(text, "requirements.yml")[1],
    )
    assert unwrapped(f"kind: PrometheusRule\n{text}", "rules.yml")
    assert time.process_time() - began < 6 * MOST_SECONDS
    for found in problems:
        assert any(words in problem.message for problem in found), found
        assert all(problem.where is not None for problem in found)


@pytest.mark.parametrize("name", LONG)
def test_a_long_valid_file_is_read_in_time(name: str) -> None:
    """The time is in proportion to the length."""
    began = time.process_time()
    read = source_file(LONG[name], "rules.yml")
    assert time.process_time() - began < MOST_SECONDS
    assert not any("this is not YAML" in problem.message for problem in read.problems)


BEGINS = "import json, os, sys, time; print(json.dumps({'begun': int(sys.argv[1])}), flush=True); "


@pytest.mark.parametrize(
    ("ends", "words"), [("os.abort()", "with -6"), ("time.sleep(600)", "with -6"), ("sys.exit('gone')", "gone")]
)
def test_an_input_that_ends_or_hangs_the_process_is_found(ends: str, words: str) -> None:
    """The input is reported by its number, and the next input is still tried."""
    outcome = run(5, 2, (sys.executable, "-c", BEGINS + ends), hanging=3.0)
    assert outcome.begun == 2
    assert [text.partition(" ended")[0] for text in outcome.broken] == ["input 5", "input 6"]
    assert all(words in text for text in outcome.broken)
