"""A job that is scraped so rarely that its series go away between two scrapes.

A sample stands in for a newer one for the server's lookback, 5 minutes by default. At a scrape interval as long as
that a series is there only just, and any delay makes it absent: alerts on it flap, and absence alerts fire. Over 2
minutes a single failed scrape does the same, which is a warning. Scrape more often; cached values cost little.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.lint.check import Check, Example
from gonogo.lint.estate import Estate
from gonogo.lint.finding import Hit, Severity

LONGEST_SOUND = timedelta(minutes=2)
"""Two scrapes, one of which failed, still fit into a lookback of 5 minutes; Prometheus's own lint uses the same."""


def find(estate: Estate) -> Iterator[Hit]:
    """List the jobs whose interval is too long for the lookback."""
    lookback = format_duration(estate.lookback)
    for job in estate.configuration.jobs if estate.configuration else ():
        every = f"job {job.name!r} is scraped every {format_duration(job.interval)}"
        where = job.interval_where or job.where
        if job.interval >= estate.lookback:
            yield Hit(
                where, f"{every}, and a sample lasts {lookback}: its series go away in between; scrape more often"
            )
        elif job.interval > LONGEST_SOUND:
            message = f"{every}: after one failed scrape its series are gone, for a sample lasts {lookback}"
            yield Hit(where, f"{message}; scrape at least every {format_duration(LONGEST_SOUND)}", "", Severity.WARNING)


_CONFIGURATION = "global: {{scrape_interval: 15s}}\nscrape_configs:\n  - {{job_name: disks, scrape_interval: {}}}\n"

CHECK = Check(
    id="scrape-interval-over-lookback",
    severity=Severity.ERROR,
    find=find,
    bad=Example({"prometheus.yml": _CONFIGURATION.format("5m")}),
    good=Example({"prometheus.yml": _CONFIGURATION.format("1m")}),
)
