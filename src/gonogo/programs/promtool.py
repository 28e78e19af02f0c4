"""Runs the real promtool: checks, unit tests and backfilling.

A failure that promtool reports is data, not an error: it is in the ``ToolRun``. No shell
reads the arguments. ``command`` may be a prefix such as ``("docker", "exec",
"prometheus", "promtool")``. Paths are then paths of the container.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from gonogo.durations import format_duration
from gonogo.model.versions import LINT_NONE_FAILS, Version
from gonogo.programs.locate import locate, runnable
from gonogo.programs.program_output import has_ended, output_of
from gonogo.stopping import undone_at_worst

PROMTOOL = ("promtool",)

DEADLINE = timedelta(minutes=5)
"""The longest time of one run; unit tests of thousands of rules take seconds."""

LONGEST_OUTPUT = 1 << 20
"""Bytes of output that are kept, from the beginning."""

BLOCK = "162h"
"""The longest block that backfilling writes. With 2 h, promtool's default, it reads the whole input for each block."""

_ROOMY = {"GOGC": "400"}
"""Makes promtool collect garbage a quarter as often: a check takes a sixth less time, and tens of megabytes more."""


@dataclass(frozen=True, slots=True)
class ToolRun:
    """The result of a run: ``passed`` (exit code 0 in time), the text of both outputs, and the time taken."""

    passed: bool
    output: str
    seconds: float


def version(*, command: Sequence[str] = PROMTOOL) -> ToolRun:
    """Ask for promtool's version, which is in the first line of the output."""
    return run_tool(command, "--version")


def check_rules(paths: Sequence[Path], *, lint: bool = True, command: Sequence[str] = PROMTOOL) -> ToolRun:
    """Check rule files. With ``lint``, every lint of promtool is on and fatal, otherwise every lint is off."""
    lints = ("--lint=all", "--lint-fatal") if lint else ("--lint=none",)
    return run_tool(command, "check", "rules", *lints, *map(str, paths), environment=_ROOMY)


def check_config(
    path: Path, *, lint: bool = True, command: Sequence[str] = PROMTOOL, release: Version | None = None
) -> ToolRun:
    """Check a configuration and every file that it names. A glob without a match and a lint warning both pass.

    ``release`` is promtool's version, if it is known. The name of a lint that does not exist turns every lint off, too.
    """
    none = "--lint=nothing" if release == LINT_NONE_FAILS else "--lint=none"
    return run_tool(command, "check", "config", *(() if lint else (none,)), str(path), environment=_ROOMY)


def backfill_openmetrics(text: Path, output: Path, *, command: Sequence[str] = PROMTOOL) -> ToolRun:
    """Turn samples with times in OpenMetrics text into blocks.

    The samples must end before the server that will serve them starts.
    """
    blocks = f"--max-block-duration={BLOCK}"
    arguments = ("tsdb", "create-blocks-from", "openmetrics", "--quiet", blocks, str(text), str(output))
    with scratch() as environment:
        return run_tool(command, *arguments, environment=environment)


@dataclass(frozen=True, slots=True)
class RuleBackfill:
    """The past of recording rules to compute: the server with the data, the start, the end and the interval.

    ``start`` and ``end`` are unix seconds. ``interval`` is for groups without an interval.
    """

    url: str
    start: float
    end: float
    interval: timedelta


def backfill_rules(
    past: RuleBackfill, rule_files: Sequence[Path], output: Path, *, command: Sequence[str] = PROMTOOL
) -> ToolRun:
    """Evaluate recording rules over a server's past, and write the results as blocks.

    A rule sees only the data of the server. If a rule reads another rule's record, run the function once
    for each level of dependency, and load the blocks of one level before the next.
    """
    arguments = (
        *("tsdb", "create-blocks-from", "rules", "--quiet", f"--max-block-duration={BLOCK}"),
        f"--url={past.url}",
        f"--start={past.start:.3f}",
        f"--end={past.end:.3f}",
        f"--eval-interval={format_duration(past.interval)}",
        f"--output-dir={output}",
        *map(str, rule_files),
    )
    with scratch() as environment:
        return run_tool(command, *arguments, environment=environment)


@contextmanager
def scratch() -> Iterator[Mapping[str, str]]:
    """Yield the environment for a promtool that makes a database. The database's folder is removed after the block.

    promtool removes the database itself, unless promtool is killed.
    """
    with TemporaryDirectory(prefix="gonogo-", ignore_cleanup_errors=True) as folder:
        yield {"TMPDIR": folder}


def run_tool(command: Sequence[str], *arguments: str, environment: Mapping[str, str] | None = None) -> ToolRun:
    """Run a program that checks files, within the deadline. ``environment`` is added to gonogo's own environment.

    Raises:
        MissingTool: the program is not installed, or the system cannot run it.
    """
    argv = (locate(command[0]), *command[1:], *arguments)
    began = time.monotonic()
    kept = bytearray()
    with running(argv, environment) as process:
        for chunk in output_of(process, DEADLINE.total_seconds()):
            kept += chunk[: LONGEST_OUTPUT - len(kept)]
        late = not has_ended(process)
        stop(process)
    output = kept.decode("utf-8", "surrogateescape")  # Python keeps a path that is not UTF-8 in the same way
    if late:
        output += f"\nstopped: the program had not ended after {DEADLINE.total_seconds():g} s\n"
    return ToolRun(process.returncode == 0 and not late, output, time.monotonic() - began)


@contextmanager
def running(argv: Sequence[str], environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program with both outputs in one pipe. After the block the program and its children are always stopped.

    ``environment`` is added to gonogo's own environment.
    """
    with ExitStack() as held:
        with runnable(argv[0]):
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment} if environment else None,
                start_new_session=True,
            )
        held.enter_context(process)
        held.callback(stop, process)
        held.enter_context(undone_at_worst(partial(os.killpg, process.pid, signal.SIGKILL)))
        yield process


def stop(process: subprocess.Popen[bytes]) -> None:
    """Kill a program and every process that it started, and collect its end.

    No other process gets the number of a process whose end was not collected. So no other process can be hit.
    """
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
