"""``gonogo reload``: its exit codes, and the steps as they are shown."""

from __future__ import annotations

import io

import pytest

from gonogo.cli.reload import exit_code
from gonogo.cli.reload_progress import StepLines
from gonogo.model.outcome import Outcome
from gonogo.reloading.result import Became, ReloadResult, Step, StepReport


class Terminal(io.StringIO):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.mark.parametrize(
    ("became", "code"),
    [
        (Became.RELOADED, 0),
        (Became.UNCHANGED, 0),
        (Became.REFUSED, 1),
        (Became.FAILED, 1),
        (Became.ROLLED_BACK, 4),
    ],
)
def test_the_exit_code_tells_what_became_of_it(became: Became, code: int) -> None:
    """As the contract says."""
    assert exit_code(ReloadResult(became, "", ())) == code


def shown(stream: io.StringIO) -> str:
    """Take one step."""
    lines = StepLines(stream)
    lines.begins(Step.LINT)
    lines.ended(StepReport(Step.LINT, Outcome.PASS, "fine", 1.0))
    return stream.getvalue()


def test_each_step_is_one_line() -> None:
    """On a terminal the step under way is shown, and then written over."""
    assert shown(io.StringIO()) == "PASS    lint: fine (1.0 s)\n"
    assert shown(Terminal()) == "\r\x1b[K        lint …\r\x1b[KPASS    lint: fine (1.0 s)\n"
