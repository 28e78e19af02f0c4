"""Options and fixtures of all tests: the size of the run."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.time_limit"]

TENTH = 10
THIRD = 3

# How fast an example is drawn depends on the load, and how many are filtered out depends on the seed. Both would fail
# a sound test once in many runs. A test of which no drawn example is valid still fails, as Unsatisfiable.
settings.register_profile(
    "loaded machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("loaded machine")

# ``make test &`` and ``nohup make test`` ignore signals that tests send, and every child inherits that
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--soak`` and ``--accept``.

    ``--soak`` uses the full numbers instead of a tenth, and ``--accept`` rewrites the transcripts.
    """
    parser.addoption("--soak", action="store_true", help="run soak tests with their full numbers, not a tenth")
    parser.addoption("--accept", action="store_true", help="write what the commands print into tests/cases")


@pytest.fixture(scope="session")
def share(request: pytest.FixtureRequest) -> Callable[[int], int]:
    """Turn a soak test's full number into the number for this run: whole with ``--soak``, else a tenth."""
    divisor = 1 if request.config.getoption("--soak") else TENTH
    return lambda full: max(1, full // divisor)


@pytest.fixture(scope="session")
def steps(request: pytest.FixtureRequest) -> Callable[[int], Iterator[int]]:
    """Count the steps at which a test kills. ``--soak`` counts all steps, other runs count every third step."""
    soak = request.config.getoption("--soak")
    return lambda first: count(0) if soak else count(first % THIRD, THIRD)
