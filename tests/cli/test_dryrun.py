"""``gonogo dryrun``: its usage errors, its help and its exit codes."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gonogo.cli.dryrun import dryrun, exit_code
from gonogo.dryrun.run import DryRunResult
from gonogo.errors import PolicyError, UsageError
from gonogo.model.verdict import Judgement, Report, Verdict
from gonogo.verdict.core.abort import Abort
from gonogo.verdict.core.violations import Because


def run(*arguments: str) -> object:
    """Run the command in this process. Its errors are raised."""
    result = CliRunner().invoke(dryrun, arguments, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.return_value


def report(verdict: Verdict) -> Report:
    """Make a report that has only a verdict."""
    return Report(Judgement(verdict, 1_700_000_000.0, ()), "gonogo.yaml", "0" * 64, "prod", "http://h:9090", None, None)


def test_the_error_of_an_unknown_fault_lists_all_faults() -> None:
    """The error comes before any server starts."""
    with pytest.raises(click.BadParameter, match="there is no fault 'gravity'") as raised:
        run("--sandbox", "--inject", "gravity")
    for name in ("heartbeat-stall", "stale-source", "smoke-constants", "burn", "rule-broken", "prometheus-down"):
        assert name in raised.value.message


def test_of_two_faults_none_is_dropped_in_silence() -> None:
    """A dry run injects one fault. The same fault twice is one fault."""
    with pytest.raises(click.BadParameter, match="injects one fault, not burn, outage"):
        run("--sandbox", "--inject", "burn", "--inject", "outage")
    with pytest.raises(UsageError, match="--inject works only with --sandbox"):
        run("--inject", "burn", "--inject", "burn")


def test_a_fault_is_never_injected_outside_the_sandbox() -> None:
    """The servers of the user are not harmed."""
    with pytest.raises(UsageError, match="--inject works only with --sandbox"):
        run("--inject", "burn")


@pytest.mark.parametrize("option", [("--policy", "gonogo.yaml"), ("--prometheus", "http://127.0.0.1:9090")])
def test_the_sandbox_accepts_no_policy_and_no_server(option: tuple[str, str]) -> None:
    """The sandbox has its own policy and server, so the option would have no effect."""
    with pytest.raises(UsageError, match=f"{option[0]} cannot be used with --sandbox"):
        run("--sandbox", *option)


@pytest.mark.parametrize("text", ["", "60", "-5s", "1 minute", "0s", "0"])
def test_an_invalid_duration_is_refused(text: str) -> None:
    """The next step has a valid duration."""
    with pytest.raises(UsageError, match="--for") as raised:
        run("--sandbox", "--for", text)
    assert raised.value.next_step == "gonogo dryrun --for 60s"


def test_a_missing_policy_is_a_policy_error(tmp_path: Path) -> None:
    """The exit code of the error is 2."""
    with pytest.raises(PolicyError):
        run("--policy", str(tmp_path / "gonogo.yaml"))


def test_help_has_an_example() -> None:
    """The help also has the exit codes."""
    text = " ".join(CliRunner().invoke(dryrun, ["--help"]).output.split())
    assert "Example: gonogo dryrun --sandbox --for 60s --inject burn" in text
    assert "4 aborted" in text


@pytest.mark.parametrize(
    ("decided", "last", "abort", "code"),
    [
        (Verdict.NO_GO, Verdict.NO_GO, False, 1),
        (Verdict.HOLD, Verdict.HOLD, False, 3),
        (Verdict.GO, Verdict.NO_GO, False, 1),
        (Verdict.GO, Verdict.HOLD, False, 3),
        (Verdict.GO, Verdict.NO_GO, True, 4),
        (Verdict.GO, Verdict.GO, True, 4),
        (Verdict.GO, Verdict.GO, False, 0),
    ],
)
def test_exit_codes_are_those_of_the_contract(decided: Verdict, last: Verdict, abort: bool, code: int) -> None:  # noqa: FBT001 - a table's column
    """The code is 0 only for GO at the verdict, no abort and GO at the last step."""
    assert (
        exit_code(DryRunResult(report(decided), report(last), Abort(Because.UNKNOWN, "why", 0.0) if abort else None))
        == code
    )
