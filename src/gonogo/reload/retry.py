"""Whether a reload may be asked for once more, and how long to wait before."""

from __future__ import annotations

from datetime import timedelta

from gonogo.reload.settle import Settled, Settlement
from gonogo.reload.trigger import Reply, Triggered

MOST_RETRIES = 3
"""How often at most it is asked again."""

FIRST_PAUSE = timedelta(seconds=2)
"""The longest pause before the first retry; it doubles with each."""

_SAFE = frozenset({Reply.UNREACHED, Reply.NOT_READY})
"""What is known at once not to have happened, and may go better the next time.

A command that failed may have reached the server all the same: that it did not is known only when all the time of
``reload.timeout`` is up, and a second try would take as long again.
"""


def retry_pause(triggered: Triggered, settled: Settled, retries: int, dice: float) -> timedelta | None:
    """Give the pause before the next attempt; ``None`` where there must be none.

    Only what is proved not to have happened is tried again. A server's own 500 is
    deterministic, and an unsettled reload may still come.

    Args:
        triggered: what came back from the last attempt.
        settled: what became of it.
        retries: how many retries there were already.
        dice: a random number in [0, 1), so that many who wait do not come back at once.
    """
    safe = settled.outcome is Settlement.NOT_HAPPENED and triggered.reply in _SAFE
    if not safe or retries >= MOST_RETRIES:
        return None
    return FIRST_PAUSE * (1 << retries) * (0.5 + 0.5 * dice)
