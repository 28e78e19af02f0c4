"""Gives each test a time limit: a test that hangs is a failure, and its processes do not outlive it.

The limit holds for a test with its fixtures, the end of them included. A test that runs into it is reported with the
stacks of all its processes, then they are killed, the process of pytest among them: the test may hang anywhere, with
any lock taken, so nothing in that process can be relied on. ``pytest -n`` then starts another worker and goes on with
the other tests. ``scripts/test/hangs`` does the work from outside.
"""

from __future__ import annotations

import faulthandler
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import pytest
from scripts.test.hangs.processes import ASK, MARK, STACKS, environment_for

ROOT = Path(__file__).parents[1]
LIMIT = 120.0
LIVE_LIMIT = 300.0
SOAK_FACTOR = 10
ENDS_WITHIN = 60
LONGEST_NAME = 500  # a parameter may be a whole file

REPORTS = pytest.StashKey[Path]()
WATCH = pytest.StashKey["Watch"]()


@dataclass(frozen=True, slots=True)
class Watch:
    """The process that watches this one.

    Attributes:
        process: the watchdog.
        stacks: the file that this process writes its stacks to.
    """

    process: subprocess.Popen[bytes]
    stacks: IO[bytes]

    def tell(self, **order: object) -> None:
        """Report the test that begins, or that no test runs."""
        pipe = self.process.stdin
        if pipe is not None:
            pipe.write(json.dumps(order).encode() + b"\n")
            pipe.flush()

    def end(self) -> None:
        """Let the watchdog kill the processes that the tests left, and end it."""
        self.process.communicate(timeout=ENDS_WITHIN)
        faulthandler.unregister(ASK)
        self.stacks.close()


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder of the reports. A worker uses the folder of its controller."""
    given = getattr(config, "workerinput", {}).get("reports")
    config.stash[REPORTS] = Path(given or tempfile.mkdtemp(prefix="gonogo-time-limit-"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - the type is private to pytest-xdist
    """Give a worker the folder of the reports."""
    node.workerinput["reports"] = str(node.config.stash[REPORTS])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Watch a test from its first fixture to the end of its last fixture."""
    watch = _watch(item.config)
    report = report_path(item.config.stash[REPORTS], item.nodeid)
    watch.tell(test=item.nodeid[:LONGEST_NAME], limit=limit_of(item), report=str(report))
    try:
        return (yield)
    finally:
        watch.tell()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a test that hung in this run: pytest-xdist may hand it to another worker."""
    report = report_path(item.config.stash[REPORTS], item.nodeid)
    if report.exists():
        pytest.fail(report.read_text(encoding="utf-8"), pytrace=False)


@pytest.hookimpl(optionalhook=True)
def pytest_handlecrashitem(crashitem: str, report: pytest.TestReport, sched: Any) -> None:  # noqa: ANN401 - private to pytest-xdist
    """Add the stacks of the processes to the report of a test that ended its worker."""
    path = report_path(sched.config.stash[REPORTS], crashitem)
    if path.exists():
        report.longrepr = f"{report.longrepr}\n{path.read_text(encoding='utf-8')}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the watch."""
    watch = config.stash.get(WATCH, None)
    if watch:
        watch.end()


def limit_of(item: pytest.Item) -> float:
    """Return the seconds that a test may take: its marker's, or the default for its kind."""
    marker = item.get_closest_marker("time_limit")
    usual = LIVE_LIMIT if item.get_closest_marker("live") else LIMIT
    return (marker.args[0] if marker else usual) * (
        SOAK_FACTOR if item.config.getoption("--soak", default=False) else 1
    )


def report_path(reports: Path, test: str) -> Path:
    """Return the file that describes the hang of a test."""
    return reports / f"{sha256(test.encode()).hexdigest()[:32]}.txt"


def _watch(config: pytest.Config) -> Watch:
    if WATCH not in config.stash:
        config.stash[WATCH] = _begin(config)
    return config.stash[WATCH]


def _begin(config: pytest.Config) -> Watch:
    reports = config.stash[REPORTS]
    mark = f"pytest-{os.getpid()}-{reports.name}"
    variables = environment_for(mark, reports / f"stacks-{os.getpid()}")
    stacks = Path(variables[STACKS]).open("ab")  # noqa: SIM115 - closed with the watch
    faulthandler.register(ASK, file=stacks, all_threads=True)
    argv = (
        sys.executable,
        "-S",
        "-m",
        "scripts.test.hangs.watchdog",
        str(os.getpid()),
        mark,
        stacks.name,
        str(reports),
    )
    plain = {key: value for key, value in os.environ.items() if key not in {MARK, "PYTHONPATH"}}
    with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        process = subprocess.Popen(argv, cwd=ROOT, env=plain, stdin=subprocess.PIPE, start_new_session=True)
    os.environ.update(variables)
    return Watch(process, stacks)
