"""A job that is scraped so rarely that its series go away between two scrapes.

A sample stands in for a newer one for the server's lookback, 5 minutes by default. At a scrape interval as long as
that a series is there only just, and any delay makes it absent: alerts on it flap, and absence alerts fire. Over 2
minutes one or two failed scrapes do the same, which is a warning. Scrape more often; cached values cost little.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.durations import format_duration
from gonogo.lint.core.check import Check, Example
from gonogo.lint.core.estate import Estate
from gonogo.model.finding import Hit, Severity

SOUND = 0.4
"""How much of the lookback an interval may take up: 2 of 5 minutes, as in Prometheus's own lint since 3.2."""


def find(estate: Estate) -> Iterator[Hit]:
    """List the jobs whose interval is too long for the lookback."""
    lookback = estate.lookback
    lasts = f"a sample lasts {format_duration(lookback)}"
    for job in estate.configuration.jobs if estate.configuration else ():
        every = f"job {job.name!r} is scraped every {format_duration(job.interval)}"
        where = job.interval_where or job.where
        if job.interval >= lookback:
            yield Hit(where, f"{every}, and {lasts}: its series go away in between; scrape more often")
        elif job.interval > lookback * SOUND:
            failures = lookback // job.interval
            many = "one failed scrape" if failures == 1 else f"{failures} failed scrapes"
            message = f"{every}, and {lasts}: after {many} its series are gone; scrape more often"
            yield Hit(where, message, severity=Severity.WARNING)


_CONFIGURATION = "global: {{scrape_interval: 15s}}\nscrape_configs:\n  - {{job_name: disks, scrape_interval: {}}}\n"

CHECK = Check(
    id="scrape-interval-over-lookback",
    severity=Severity.ERROR,
    find=find,
    bad=Example({"prometheus.yml": _CONFIGURATION.format("5m")}),
    good=Example({"prometheus.yml": _CONFIGURATION.format("1m")}),
    requires=("configuration",),
)
