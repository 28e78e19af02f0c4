"""The tolerances with which samples are judged; each stands here and nowhere else.

Source: docs/reasons.md.
"""

from __future__ import annotations

FUTURE_SECONDS = 5.0
"""How far a sample, or the time its writer put in it, may lie ahead of the server's now."""

AGE_INTERVALS = 2
"""How many intervals old a newest sample may be, where the policy gives no ``max_age``…"""

AGE_SLACK_SECONDS = 5.0
"""…and how many seconds more."""

KNOWN_INTERVALS = 2
"""A sample stands until the next, at most this many intervals; the rest is unknown time."""

DUE_SHARE = 0.9
"""The share of the samples due in a window below which it is gappy."""

PUSH_AGE_SECONDS = 300.0
"""The least that a push may be old, where the policy gives no ``push_max_age``."""

LOOKBACK_SECONDS = 300.0
"""How far back a condition without a duration looks for the age of a stale sample."""
