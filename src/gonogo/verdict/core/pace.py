"""Compares the pace of the server's clock with the watcher's own clock, to find old answers that are replayed.

A proxy that replays an answer replays the server's time with it: the clock of the server seems to stand still, or to
run slowly. One answer alone cannot show that. Over the steps of a watch, both clocks must advance alike.

A clock that was set, or a machine that was suspended, is a single jump: the clocks agree again from then on. A slow
replay never agrees. So after a jump the comparison begins anew, and a clock that drifts is compared with all glances
of the last five minutes.
"""

from __future__ import annotations

from msgspec import Struct

from gonogo.verdict.core.tolerances import PACE_SECONDS, PACE_WINDOW_SECONDS


class Glance(Struct, frozen=True):
    """The server's time, and the moments before and after the question, in seconds on the watcher's own clock."""

    server: float
    asked: float
    answered: float

    def apart(self, later: Glance) -> float:
        """Return the seconds by which the clocks certainly moved apart until a later glance."""
        more = (later.server - later.answered) - (self.server - self.asked)
        less = (self.server - self.answered) - (later.server - later.asked)
        return max(more, less, 0.0)


def keep_pace(seen: tuple[Glance, ...], new: Glance) -> tuple[tuple[Glance, ...], str]:
    """Compare a new glance with those of the watch so far.

    Returns:
        The glances to pass in with the next one, and a clause about the difference, empty if the clocks agree.
    """
    recent = tuple(one for one in seen if new.answered - one.answered <= PACE_WINDOW_SECONDS) or seen[-1:]
    if recent and recent[-1].apart(new) > PACE_SECONDS:
        return (new,), _difference(recent[-1], new)
    strayed = next((one for one in recent if one.apart(new) > PACE_SECONDS), None)
    return (*recent, new), "" if strayed is None else _difference(strayed, new)


def _difference(old: Glance, new: Glance) -> str:
    there, here = new.server - old.server, new.answered - old.answered
    return f"the server's clock advanced by {there:.1f} s while {here:.1f} s passed here"
