"""Runs the real promtool: checks, unit tests and backfilling.

Whether promtool passes is data, not an error: a ``ToolRun`` says it. Arguments are
never put through a shell. ``command`` may be a prefix such as ``("docker", "exec",
"prometheus", "promtool")``; paths are then those of the container.
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
"""How long one run may take; unit tests of thousands of rules take seconds."""

LONGEST_OUTPUT = 1 << 20
"""Bytes of output that are kept, from its beginning."""

BLOCK = "162h"
"""The longest block that backfilling writes: with promtool's own 2 h the whole input is read again for each."""

_ROOMY = {"GOGC": "400"}
"""Lets a check of files collect garbage a quarter as often: a sixth less time for some tens of megabytes."""


@dataclass(frozen=True, slots=True)
class ToolRun:
    """What came of a run: whether it ended with 0 in time, what it wrote on both outputs, how long it took."""

    passed: bool
    output: str
    seconds: float


def version(*, command: Sequence[str] = PROMTOOL) -> ToolRun:
    """Ask for promtool's version; the first line of the output tells it."""
    return run_tool(command, "--version")


def check_rules(paths: Sequence[Path], *, lint: bool = True, command: Sequence[str] = PROMTOOL) -> ToolRun:
    """Check rule files; with ``lint`` every lint of promtool is on and fatal, without it none is."""
    lints = ("--lint=all", "--lint-fatal") if lint else ("--lint=none",)
    return run_tool(command, "check", "rules", *lints, *map(str, paths), environment=_ROOMY)


def check_config(
    path: Path, *, lint: bool = True, command: Sequence[str] = PROMTOOL, release: Version | None = None
) -> ToolRun:
    """Check a configuration and every file that it names; a glob that matches nothing passes, and so does lint.

    ``release`` is promtool's version, if it is known. An option without a lint behind it turns every lint off, too.
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
    """What past of recording rules to compute: over which server's data, from when to when, how often.

    ``start`` and ``end`` are unix seconds, ``interval`` is for groups that name none.
    """

    url: str
    start: float
    end: float
    interval: timedelta


def backfill_rules(
    past: RuleBackfill, rule_files: Sequence[Path], output: Path, *, command: Sequence[str] = PROMTOOL
) -> ToolRun:
    """Evaluate recording rules over a server's past and write blocks of what they would have recorded.

    A rule sees only what the server has: where one reads another's record, run once for
    each level of dependency, with the blocks of the last loaded.
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
    """Give the environment of a promtool that makes a database: its folder goes with the block.

    promtool removes the database itself, unless it is killed.
    """
    with TemporaryDirectory(prefix="gonogo-", ignore_cleanup_errors=True) as folder:
        yield {"TMPDIR": folder}


def run_tool(command: Sequence[str], *arguments: str, environment: Mapping[str, str] | None = None) -> ToolRun:
    """Run a program that checks files, within the deadline; ``environment`` is given to it beside gonogo's own.

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
    output = kept.decode("utf-8", "surrogateescape")  # as Python has a path that is no UTF-8
    if late:
        output += f"\nstopped: it had not ended after {DEADLINE.total_seconds():g} s\n"
    return ToolRun(process.returncode == 0 and not late, output, time.monotonic() - began)


@contextmanager
def running(argv: Sequence[str], environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program, both outputs in one pipe; whatever happens in the block, nothing of it is left after it.

    ``environment`` is given to it beside gonogo's own.
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
    """Kill what is left of a program and of all it started, and collect its end.

    The number of a process whose end was not collected is nobody else's, so no stranger can be hit.
    """
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
