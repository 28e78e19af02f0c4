"""The decision to ask for a reload once more, and the pause before that."""

from __future__ import annotations

from datetime import timedelta

from gonogo.reload.settle import Settled, Settlement
from gonogo.reload.trigger import Reply, Triggered

MOST_RETRIES = 3
"""The largest number of retries."""

FIRST_PAUSE = timedelta(seconds=2)
"""The longest pause before the first retry. It doubles with each retry."""

_SAFE = frozenset({Reply.UNREACHED, Reply.NOT_READY})
"""The answers that prove at once that no reload happened, and after which a retry may succeed.

A command that failed may still have reached the server. Only after all of ``reload.timeout`` is known that no reload
happened, and a second try would take as long again.
"""


def retry_pause(triggered: Triggered, settled: Settled, retries: int, dice: float) -> timedelta | None:
    """Return the pause before the next attempt, or ``None`` if no retry is allowed.

    Only a reload that is proved not to have happened is tried again. A server that answers 500 would answer 500 again,
    and a reload that is not settled may still come.

    Args:
        triggered: the answer to the last attempt.
        settled: the end of the last attempt.
        retries: the number of retries so far.
        dice: a random number in [0, 1), so that many clients do not retry at the same time.
    """
    safe = settled.outcome is Settlement.NOT_HAPPENED and triggered.reply in _SAFE
    if not safe or retries >= MOST_RETRIES:
        return None
    return FIRST_PAUSE * (1 << retries) * (0.5 + 0.5 * dice)
