"""Errors have a place, a cause and a next step."""

from gonogo.errors import ActionFailed, Busy, GonogoError, PolicyError, Position, Problem, SourceError


def test_the_text_of_an_error_has_all_four_parts() -> None:
    """The text has the place, the error, the cause and the next step."""
    error = GonogoError("no answer", where="http://x", why="refused", next_step="start it")
    assert str(error) == "http://x: no answer\n  why:  refused\n  next: start it"


def test_missing_parts_leave_no_trace_in_the_text() -> None:
    """An error without place, cause and next step is one line."""
    assert str(GonogoError("no answer")) == "no answer"


def test_a_policy_error_lists_every_mistake_in_order() -> None:
    """Mistakes are sorted by place. Mistakes without a place come last."""
    late = Problem(Position("p.yaml", 9, 1), "late", "drop it")
    early = Problem(Position("p.yaml", 2, 3), "early")
    nowhere = Problem(None, "nowhere")
    assert str(PolicyError((nowhere, late, early))).splitlines() == [
        "the policy has 3 mistakes:",
        "  p.yaml:2:3: early",
        "  p.yaml:9:1: late (drop it)",
        "  nowhere",
    ]


def test_one_mistake_is_singular() -> None:
    """The headline of one mistake is in the singular."""
    assert str(PolicyError((Problem(None, "x"),))).startswith("the policy has 1 mistake:")


def test_exit_codes_distinguish_failed_from_undecided() -> None:
    """A script can distinguish the kinds by the exit code alone."""
    assert [kind.exit_code for kind in (GonogoError, SourceError, ActionFailed, Busy)] == [2, 3, 1, 3]
