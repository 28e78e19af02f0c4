"""Colours and widths: the words that are coloured, and the lines that are wrapped."""

from __future__ import annotations

import io

import pytest

from gonogo.cli.terminal import DEFAULT_SIZE, coloured, fitted
from gonogo.model.columns import columns, cut

GREEN, YELLOW, RED, CYAN, END = "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[36m", "\x1b[0m"


class Terminal(io.StringIO):
    """A stream that claims to be a terminal of unknown size."""

    def isatty(self) -> bool:
        """Return true."""
        return True


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("GO by a.yaml on http://h: every gate passes", f"{GREEN}GO{END} by a.yaml on http://h: every gate passes"),
        ("NO-GO by a.yaml", f"{RED}NO-GO{END} by a.yaml"),
        ("HOLD by a.yaml", f"{YELLOW}HOLD{END} by a.yaml"),
        ("  UNKNOWN alive", f"  {YELLOW}UNKNOWN{END} alive"),
        ("          PASS    up == 1: up is 1", f"          {GREEN}PASS{END}    up == 1: up is 1"),
        ("          warning: load > 1: 2", f"          {YELLOW}warning{END}: load > 1: 2"),
        ("FAIL    lint: no (0.1 s)", f"{RED}FAIL{END}    lint: no (0.1 s)"),
        ("rules/a b.yml:5:15: warning: why [x]", f"rules/a b.yml:5:15: {YELLOW}warning{END}: why [x]"),
        ("- p.yml:1:2: error: why [x]", f"- p.yml:1:2: {RED}error{END}: why [x]"),
        ("r.yml:1:1: info: why [x]", f"r.yml:1:1: {CYAN}info{END}: why [x]"),
        ("12  2026-01-01T00:00:00Z  PASS  obs-lint", f"12  2026-01-01T00:00:00Z  {GREEN}PASS{END}  obs-lint"),
        ("recorded: obs-lint PASS: fine", f"recorded: obs-lint {GREEN}PASS{END}: fine"),
        ("1   2026-01-01T00:00:00Z  HOLD     verdict", f"1   2026-01-01T00:00:00Z  {YELLOW}HOLD{END}     verdict"),
        ("outcome  FAIL", f"outcome  {RED}FAIL{END}"),
        ("30 s of 1h  HOLD: g UNKNOWN", f"30 s of 1h  {YELLOW}HOLD{END}: g UNKNOWN"),
        ("CERTIFIED: 5 steps", f"{GREEN}CERTIFIED{END}: 5 steps"),
        ("NOT CERTIFIED: 5 steps", f"{YELLOW}NOT CERTIFIED{END}: 5 steps"),
        ("ABORTED: why", f"{RED}ABORTED{END}: why"),
        ("verified in 0.30 s: beat 1", f"{GREEN}verified{END} in 0.30 s: beat 1"),
        ("not verified: scraped: beat 1", f"{RED}not verified{END}: scraped: beat 1"),
        ("refused: nothing was changed", f"{RED}refused{END}: nothing was changed"),
    ],
)
def test_the_word_of_the_outcome_is_coloured(line: str, shown: str) -> None:
    """The same words have the same colour in every command."""
    assert coloured(line) == shown
    assert coloured(f"first\n{line}\nlast") == f"first\n{shown}\nlast"


@pytest.mark.parametrize(
    "line",
    ["GOOD", "the rule is a PASS", '  "outcome": "PASS",', '{"verdict": "GO"}', "errors: 3", "  - FAIL", "goes GO", ""],
)
def test_other_text_has_no_colour(line: str) -> None:
    """JSON, a word within a sentence, and a longer word are not coloured."""
    assert coloured(line) == line


def test_only_a_terminal_gets_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe, a dumb terminal and NO_COLOR get no colours."""
    assert fitted("GO by", Terminal()) == f"{GREEN}GO{END} by"
    assert fitted("GO by", io.StringIO()) == "GO by"
    monkeypatch.setenv("NO_COLOR", "1")
    assert fitted("GO by", Terminal()) == "GO by"
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert fitted("GO by", Terminal()) == "GO by"


def test_a_long_outcome_is_wrapped_below_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """No word is broken, and no character is lost."""
    monkeypatch.setenv("NO_COLOR", "1")
    line = "  UNKNOWN up == 1 [unreachable]: " + "no valid answer to the server's time " * 5 + "x" * 90
    shown = fitted(f"{line}\nshort", Terminal()).split("\n")
    first, *rest, last = shown
    assert (len(first) <= DEFAULT_SIZE.columns, last) == (True, "short")
    assert all(more.startswith(" " * 10) and more[10] != " " for more in rest)
    assert " ".join([first, *map(str.strip, rest)]) == line


def test_a_wrapped_line_of_wide_letters_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Korean letter and an emoji take two columns."""
    monkeypatch.setenv("NO_COLOR", "1")
    line = "  UNKNOWN up == 1 [absent]: " + "서비스=결제 😀 없음 " * 12
    shown = fitted(line, Terminal())
    assert all(columns(part) <= DEFAULT_SIZE.columns for part in shown.split("\n"))
    assert shown.split() == line.split()


def test_commands_and_excerpts_are_not_wrapped() -> None:
    """A user copies commands, and compares the columns of excerpts."""
    for line in ("  next: gonogo reload " + "--x " * 40, "    expr: " + "a + " * 40, " " * 60 + "PASS " + "y " * 40):
        assert "\n" not in fitted(line, Terminal())


def test_a_line_is_cut_to_its_columns() -> None:
    """A wide character takes two columns, and a combining character none."""
    assert cut("abc", 3) == "abc"
    assert cut("abcd", 3) == "ab…"
    assert cut("가나", 3) == "가…"
    assert cut("가나", 2) == "…"
    assert cut("e\u0301e\u0301", 2) == "e\u0301e\u0301"
