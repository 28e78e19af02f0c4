"""A reload as text."""

from __future__ import annotations

from dataclasses import replace

from gonogo.model.outcome import Outcome
from gonogo.reload.print import reload_text, step_text
from gonogo.reload.result import Became, ReloadResult, ReloadStep, StepReport


def test_a_step_is_one_line() -> None:
    """A server's answer may have several lines."""
    report = StepReport(ReloadStep.TRIGGER, Outcome.UNKNOWN, "two\nlines", 0.04)
    assert step_text(report) == "UNKNOWN trigger: two\\nlines (0.0 s)"


def test_every_reason_is_listed_and_a_longer_one_goes_on_indented() -> None:
    """An empty one cannot hide."""
    result = ReloadResult(Became.REFUSED, "nothing was changed", (), ("one\n  why:  two", ""))
    assert reload_text(result) == "refused: nothing was changed (0.0 s)\n- one\n    why:  two\n- \n"


def test_the_preview_is_shown_to_whoever_only_looks() -> None:
    """Else it is not repeated."""
    result = ReloadResult(Became.UNCHANGED, "a look", (), preview=("+ job x",))
    assert reload_text(replace(result, looked=True)) == "looked: a look (0.0 s)\n+ job x\n"
    assert reload_text(result) == "unchanged: a look (0.0 s)\n"


def test_a_lost_reload_is_loud_and_names_the_commands() -> None:
    """A person has to look."""
    result = ReloadResult(Became.FAILED, "lost", (), commands=("cp a b",))
    assert reload_text(result).splitlines()[1:] == [
        "A PERSON MUST ACT. Run the first command. If it fails, run the others:",
        "  cp a b",
    ]


def test_what_is_a_success() -> None:
    """Only what is proved to have what it should have."""
    assert {became for became in Became if became.success} == {Became.RELOADED, Became.UNCHANGED}
