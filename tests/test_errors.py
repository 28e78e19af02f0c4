"""Errors say what, where, why and what next."""

from gonogo.errors import ActionFailed, Busy, GonogoError, PolicyError, Position, Problem, SourceError


def test_all_four_parts_are_said() -> None:
    """A message carries its place, its cause and the next step."""
    error = GonogoError("no answer", where="http://x", why="refused", next_step="start it")
    assert str(error) == "http://x: no answer\n  why:  refused\n  next: start it"


def test_only_what_is_known_is_said() -> None:
    """Empty parts leave no trace."""
    assert str(GonogoError("no answer")) == "no answer"


def test_a_policy_error_lists_every_mistake_in_order() -> None:
    """Mistakes are sorted by place, those without one last."""
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
    """The headline counts as people do."""
    assert str(PolicyError((Problem(None, "x"),))).startswith("the policy has 1 mistake:")


def test_exit_codes_tell_failed_from_undecided() -> None:
    """Scripts tell the kinds apart by the code alone."""
    assert [kind.exit_code for kind in (GonogoError, SourceError, ActionFailed, Busy)] == [2, 3, 1, 3]
