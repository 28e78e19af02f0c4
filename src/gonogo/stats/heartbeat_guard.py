"""Computes the rate of false alarms of a freshness limit, and its delay in reporting a dead writer.

A writer beats every ``every`` seconds. Each beat is lost with probability ``loss``, and
beats come early or late by a normal jitter. The limit is for the age of the newest beat.
All times are in seconds.

Source of the gap and window models: Chen, Toueg and Aguilera, "On the quality of
service of failure detectors", IEEE Transactions on Computers 51 (2002), whose terms
are detection time and mistake recurrence. Success runs: Feller, *An Introduction to
Probability Theory and Its Applications*, volume 1, XIII.7. Bursts: Gilbert, "Capacity
of a burst-noise channel", Bell System Technical Journal 39 (1960).
"""

from __future__ import annotations

import math

from msgspec import Struct

HEALTHY_LOSS = 0.01
"""The share of beats that a healthy day may lose: docs/policy.md, "Policy lint"."""
JITTER = 1.0
"""Standard deviation of a beat's timing, in seconds: a busy host's cron or timer."""
DAY = 86_400.0
_NEGLIGIBLE = 1e-18
_SHORT = 1e-6
"""A wait of at most this share of the spread is replaced by its mean: the error is below 1e-12, less than rounding."""


class Delay(Struct, frozen=True):
    """The time from a writer's death to its detection, in seconds."""

    mean: float
    longest: float


def gap_exceeds(every: float, limit: float, *, loss: float, jitter: float = 0.0, delay: float = 0.0) -> float:
    """Return the probability that the age exceeds the limit between two beats that arrive.

    The gap after k - 1 losses is k · every, plus the difference of two jitters, plus
    the wait for the next scrape, which is uniform up to ``delay`` (the scrape interval).
    """
    total, k, chance = 0.0, 1, 1.0 - loss
    while chance > _NEGLIGIBLE:
        total += chance * _above(limit - k * every, jitter * math.sqrt(2), delay)
        k, chance = k + 1, chance * loss
    return min(1.0, total)


def any_gap(probability: float, every: float, *, loss: float, over: float = DAY) -> float:
    """Return the probability that at least one gap within ``over`` seconds exceeds the limit."""
    gaps = over / every * (1 - loss)
    return 1.0 if probability >= 1 else -math.expm1(gaps * math.log1p(-probability))


def loss_run(beats: int, run: int, *, loss: float, burst: float | None = None) -> float:
    """Return the exact probability of ``run`` losses in a row somewhere in ``beats`` beats.

    With ``burst``, losses come in bursts of that mean length at the same overall loss
    (Gilbert's model). Otherwise beats are lost independently of each other.
    """
    if min(beats, run) <= 0:
        return float(run <= 0)
    after_loss = loss if burst is None else 1 - 1 / burst
    after_beat = loss if burst is None else loss / (1 - loss) / burst
    alive = [1 - loss, loss, *[0.0] * (run - 1)]  # alive[r]: no run yet, and the last r beats were lost
    seen = alive.pop()
    for _ in range(beats - 1):
        lost = [chance * (after_loss if place else after_beat) for place, chance in enumerate(alive)]
        alive = [sum(alive) - sum(lost), *lost]
        seen += alive.pop()
    return min(1.0, seen)


def detection(every: float, limit: float, step: float) -> Delay:
    """Return the delay from a writer's death to the first evaluation past the limit, with one evaluation a ``step``."""
    return Delay(limit - every / 2 + step / 2, limit + step)


def outage_missed(every: float, limit: float, outage: float) -> float:
    """Return the probability that an outage ends before the age exceeds the limit.

    The outage loses ⌊outage / every⌋ beats, or one more with the probability of
    the remainder.
    """
    lost, rest = divmod(outage, every)
    fewer, more = (lost + 1) * every <= limit, (lost + 2) * every <= limit
    one_more = rest / every
    return (1 - one_more) * fewer + one_more * more


def _above(margin: float, spread: float, delay: float) -> float:
    """Return the mean, over a wait uniform in [0, delay], of P(normal(0, spread) + wait > margin)."""
    if spread == 0:
        return (1.0 if margin < 0 else max(0.0, 1 - margin / delay)) if delay > 0 else float(margin < 0)
    if delay <= _SHORT * spread:
        return _tail((margin - delay / 2) / spread)
    beyond = min(delay, max(0.0, delay - margin))
    return max(0.0, beyond + spread * (_excess(margin / spread) - _excess((margin - delay) / spread))) / delay


def _tail(z: float) -> float:
    return math.erfc(z / math.sqrt(2)) / 2


def _excess(z: float) -> float:
    """Return an antiderivative of the normal tail without its part min(z, 0), so that no large terms cancel."""
    return abs(z) * _tail(abs(z)) - math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def sustained_false_alarm(ticks: int, *, window: int, held: int, bad: float) -> float:
    """Return the probability that a windowed signal is bad for ``held`` ticks in a row.

    Args:
        ticks: the number of ticks that are watched.
        window: the number of ticks in the window. The signal is bad while any tick in the window is bad.
        held: the number of ticks for which the signal must be bad.
        bad: the probability that a tick is bad, independent of the other ticks.
    """
    if held <= window:
        return -math.expm1(ticks * math.log1p(-bad))
    clusters = ticks * bad * (1 - bad) ** window
    return -math.expm1(-clusters * _lasts(window, held, bad))


def _lasts(window: int, held: int, bad: float) -> float:
    """Return the probability that a cluster of bad ticks keeps the signal bad for ``held`` ticks.

    A cluster continues while the next bad tick comes within the window:
    h(j) = Σ over d ≤ window of bad · (1 - bad)^(d-1) · h(j - d), and 1 up to the window.
    """
    good = 1 - bad
    lasts = [1.0] * (window + 1)
    weighted = sum(good**d for d in range(window))
    for place in range(window + 1, held + 1):
        lasts.append(bad * weighted)
        weighted = max(0.0, lasts[place] + good * weighted - good**window * lasts[place - window])
    return lasts[held]
