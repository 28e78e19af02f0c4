"""The tolerances for judging samples. Each is defined here and nowhere else.

Source: docs/reasons.md.
"""

from __future__ import annotations

FUTURE_SECONDS = 5.0
"""The seconds by which a sample, or the time that its writer put in it, may be ahead of the server's clock.

So may the record of a run be ahead of the clock of this machine.
"""

AGE_INTERVALS = 2
"""The oldest age allowed for the newest sample, in intervals, if the policy does not set ``max_age``."""

AGE_SLACK_SECONDS = 5.0
"""The seconds that are added to ``AGE_INTERVALS``."""

KNOWN_INTERVALS = 2
"""The number of intervals for which a sample counts at most, until the next sample. The rest is unknown time."""

DUE_SHARE = 0.9
"""The share of the samples due in a window. With fewer samples the window is gappy."""

PUSH_AGE_SECONDS = 300.0
"""The oldest age allowed for a push, at least, if the policy does not set ``push_max_age``."""

LOOKBACK_SECONDS = 300.0
"""The window of a condition without a duration, so that the age of a stale sample is known."""

PACE_SECONDS = 5.0
"""The seconds by which the server's clock may advance more or less than the watcher's own clock during a watch."""

PACE_WINDOW_SECONDS = 300.0
"""The time over which the two clocks of a watch are compared."""
RECEIVER_AGE_SECONDS = 125.0
"""The oldest age allowed for the heartbeat of a trusted receiver, at least: two intervals of 60 s, the default of the
OpenTelemetry collector and of an agent's scrapes, and ``AGE_SLACK_SECONDS``."""
