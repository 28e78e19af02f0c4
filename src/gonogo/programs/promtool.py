"""Runs the real promtool: checks, unit tests and backfilling.

A failure that promtool reports is data, not an error: it is in the ``ToolRun``. No shell
reads the arguments. ``command`` may be a prefix such as ``("docker", "exec",
"prometheus", "promtool")``. Paths are then paths of the container.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from gonogo.durations import format_duration
from gonogo.errors import MissingTool, UsageError
from gonogo.formats.promtool_words import last_words
from gonogo.model.versions import JUNIT, LINT_NONE_FAILS, Version, features_for, reaches, release, since
from gonogo.programs.running import LONGEST_OUTPUT, run

PROMTOOL = ("promtool",)

DEADLINE = timedelta(minutes=5)
"""The longest time of one run; unit tests of thousands of rules take seconds."""

BLOCK = "162h"
"""The longest block that backfilling writes. With 2 h, promtool's default, it reads the whole input for each block."""

_ROOMY = {"GOGC": "400"}
"""Makes promtool collect garbage a quarter as often: a check takes a sixth less time, and tens of megabytes more."""


class ToolRun(Struct, frozen=True):
    """The result of a run: ``passed`` (exit code 0 in time), the text of both outputs, and the time taken."""

    passed: bool
    output: str
    seconds: float


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


class RuleBackfill(Struct, frozen=True):
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


def run_tool(
    command: Sequence[str],
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    deadline: timedelta = DEADLINE,
    kept: int = LONGEST_OUTPUT,
) -> ToolRun:
    """Run a program that checks files, within the deadline.

    Args:
        command: the program.
        arguments: its arguments.
        environment: variables beside those of gonogo's own environment.
        deadline: the longest time that the program may take.
        kept: the number of bytes of the output to keep.

    Raises:
        MissingTool: the program is not installed, or the system cannot run it.
    """
    ran = run((*command, *arguments), deadline.total_seconds(), kept=kept, environment=environment)
    return tool_run(ran.code, ran.output, ran.seconds, deadline if ran.late else None)


def tool_run(code: int, output: bytes, seconds: float, missed: timedelta | None) -> ToolRun:
    """Return the result of a run that ended, or that was stopped because it ``missed`` its deadline."""
    text = output.decode("utf-8", "surrogateescape")  # Python keeps a path that is not UTF-8 in the same way
    if missed is not None:
        text += f"\nstopped: the program had not ended after {missed.total_seconds():g} s\n"
    return ToolRun(code == 0 and missed is None, text, seconds)


_VERSION = "promtool, version "
"""The beginning of the line with the version. A command such as ``docker exec`` may print lines before it."""


class Promtool(Struct, frozen=True):
    """A promtool that gonogo found.

    Attributes:
        command: the command that starts promtool, with its options for every subcommand.
        version: the version that promtool prints, such as ``3.5.3+ds1``; empty if promtool prints no version.
        lacking: the requested features that this promtool is too old for.
    """

    command: tuple[str, ...] = PROMTOOL
    version: str = ""
    lacking: tuple[str, ...] = ()

    @property
    def release(self) -> Version | None:
        """Return promtool's major and minor number; None if promtool prints no version."""
        return release(self.version)

    @property
    def key(self) -> str:
        """Return the version and the options of promtool: a verdict depends on both."""
        return " ".join((self.version, *(part for part in self.command if part.startswith("--"))))

    @property
    def writes_junit(self) -> bool:
        """Return true if promtool has ``--junit``. A promtool without a version is taken for a new build by hand."""
        return reaches(self.release, JUNIT)


def installed_promtool(
    demanded: Iterable[str] = (), also: Iterable[str] = (), command: Sequence[str] = PROMTOOL
) -> Promtool:
    """Find promtool, ask for its version, and add the options that turn on features of PromQL.

    Args:
        demanded: the features that promtool must turn on.
        also: the features that promtool turns on if it can.
        command: the command that runs promtool: a program on ``PATH``, or a prefix such as
            ``docker exec prometheus promtool``.

    Raises:
        MissingTool: the command is missing, or does not run promtool.
        UsageError: promtool is too old for a demanded feature.
    """
    number = version_number(command)
    wanted = tuple(demanded)
    found = features_for((*wanted, *also), release(number))
    for name in found.lacking:
        if name in wanted:
            raise UsageError(
                f"{' '.join(command)} {number} cannot turn on the feature {name}",
                why=(
                    f"promtool has the feature since {since(name)}; without the feature, promtool and the server "
                    "read PromQL differently"
                ),
                next_step="install the promtool of the server's version, or remove it from prometheus.features",
            )
    return Promtool((*command, *found.options), number, found.lacking)


def version_number(command: Sequence[str] = PROMTOOL) -> str:
    """Ask promtool for its version, such as ``2.42.0+ds``. Return an empty text if promtool prints an empty version.

    Raises:
        MissingTool: the command is missing, or does not run promtool.
    """
    ran = run_tool(command, "--version")
    lines = [line for line in ran.output.splitlines() if line.startswith(_VERSION)]
    if not ran.passed or not lines:
        name = " ".join(command)
        raise MissingTool(
            f"{name} could not be run",
            why=last_words(ran.output),
            next_step=f"run {name} --version, and start the container or machine that promtool runs in",
        )
    return lines[0].removeprefix(_VERSION).partition(" ")[0]
