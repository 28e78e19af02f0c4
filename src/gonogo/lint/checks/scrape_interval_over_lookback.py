"""A job is scraped so rarely that its series are absent between two scrapes.

A sample stands in for a newer one during the server's lookback, 5 minutes by default. If the scrape interval is as
long, a series only just survives, and any delay makes it absent: alerts on it flap, and absence alerts fire. With an
interval over 2 minutes, one or two failed scrapes do the same, which is a warning. Scrape more often. An exporter can
cache values, so that a scrape costs little.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.durations import format_duration
from gonogo.formats.prometheus_config import Configuration
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown

SOUND = 0.4
"""The largest allowed share of the lookback: 2 of 5 minutes, as in Prometheus's own lint since 3.2."""


def find(estate: Estate, configuration: Configuration) -> Iterator[Hit]:
    """Yield the jobs whose interval is too long for the lookback."""
    lookback = estate.lookback
    lasts = f"a sample lasts {format_duration(lookback)}"
    for job in configuration.jobs:
        every = f"job {job.name!r} is scraped every {format_duration(job.interval)}"
        where = job.interval_where or job.where
        if job.interval >= lookback:
            yield Hit(where, f"{every}, and {lasts}: its series are absent in between; scrape more often")
        elif job.interval > lookback * SOUND:
            failures = lookback // job.interval
            many = "one failed scrape" if failures == 1 else f"{failures} failed scrapes"
            message = f"{every}, and {lasts}: after {many} its series are absent; scrape more often"
            yield Hit(where, message, severity=Severity.WARNING)


_CONFIGURATION = "global: {{scrape_interval: 15s}}\nscrape_configs:\n  - {{job_name: disks, scrape_interval: {}}}\n"

CHECK = Check(
    id="scrape-interval-over-lookback",
    severity=Severity.ERROR,
    find=WhenKnown(lambda estate: estate.configuration, find),
    bad=Example({"prometheus.yml": _CONFIGURATION.format("5m")}),
    good=Example({"prometheus.yml": _CONFIGURATION.format("1m")}),
)
