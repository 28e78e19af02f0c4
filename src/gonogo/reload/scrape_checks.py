"""Checks the scrapes of a server after a reload: its jobs, its targets, and its Alertmanagers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from gonogo.formats.prometheus_config import read_configuration
from gonogo.model.evidence import Target, TargetHealth
from gonogo.reload.compare.shown_targets import misfits
from gonogo.reload.loaded_comparison import (
    LOG,
    ROLL_BACK,
    LoadedComparison,
    Unmet,
    Verification,
    first_few,
    target_name,
    who,
)


def jobs(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that every job of the new configuration is scraped. A job with unreadable certificates never is."""
    pools = {target.pool for target in of.now.targets} if of.now.pools is None else set(of.now.pools)
    for job in of.staged.jobs:
        is_unseen = of.now.pools is None and job.targets == 0
        if job.name not in pools and not is_unseen and not (job.targets is None and job.name in jobs_without_pool(of)):
            why = "there is no scrape pool for it, though the reload may have been a success"
            step = f"see that the server can read the job's certificates and credentials, and {LOG}"
            yield Unmet(Verification.JOBS, "the job is not scraped", f"job {job.name}", why, step)
    for name in sorted(set(of.now.pools or ()) - {job.name for job in of.staged.jobs}):
        why, step = "no job of the new configuration has this name", "wait until the server has dropped the pool"
        yield Unmet(
            Verification.JOBS,
            "the server still has the scrape pool of a removed job",
            f"job {name}",
            why,
            step,
            waits=True,
        )


def jobs_of_files(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that the targets are those of the scrape files. The server shows nothing else of the jobs in them."""
    if found := tuple(misfits(of.staged.files.jobs, of.now.targets)):
        step = f"see whether its scrape_config_files match the same files there as here, then {ROLL_BACK}"
        what = "the targets on the server are not those of scrape_config_files"
        yield Unmet(Verification.TARGETS, what, of.now.url, first_few(found), step)


def targets(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that all targets are up except those that were down before, and that no job has fewer targets up."""
    was_down = {who(target) for target in of.before.targets if target.health is TargetHealth.DOWN}
    staged_jobs = {job.name for job in of.staged.jobs}
    for target in of.now.targets:
        where = target_name(target)
        if target.pool not in staged_jobs:
            why, step = "this job is not in the new configuration", "wait until the server has dropped the target"
            yield Unmet(Verification.TARGETS, "the target is still scraped", where, why, step, waits=True)
        elif target.health is TargetHealth.UNKNOWN or (target.last_scrape or 0.0) <= of.reload.at:
            why = "it has not been scraped since the reload"
            what, step = "the target is not known to be up", "wait for two intervals"
            yield Unmet(Verification.TARGETS, what, where, why, step, waits=True)
        elif target.health is TargetHealth.DOWN and who(target) not in was_down:
            why = target.last_error or "the server does not say why"
            yield Unmet(
                Verification.TARGETS, "the target is down", where, why, f"fix the job or the target; or {ROLL_BACK}"
            )
    yield from _unset(of)
    yield from _fewer(of)


def alertmanagers(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that the configured number of Alertmanagers is active, and at least one for each discovery."""
    active, wanted, discoveries = len(of.now.alertmanagers), of.staged.alertmanagers, of.staged.discoveries
    if active >= wanted:
        return
    if discoveries:
        what = "alerts do not go to every Alertmanager, since a discovery of Alertmanagers finds none"
        why = f"{active} Alertmanagers are active, and at least {wanted} are due; {discoveries} of them by discovery"
        step = "see the discovery in the section alerting, and the files or services that it reads"
    else:
        what, why = "alerts do not go to every Alertmanager", f"{active} of {wanted} are active"
        step = "see the section alerting of the staged configuration"
    yield Unmet(Verification.ALERTMANAGERS, what, of.now.url, why, step)


def _unset(of: LoadedComparison) -> Iterator[Unmet]:
    """Report the jobs whose targets have not been set since the reload. Their targets are the old ones, or none yet."""
    was, now = of.reload.asked.metrics.syncs, of.now.vitals.metrics.syncs
    pools = frozenset(of.now.pools or ())
    for job in of.staged.jobs:
        is_due = job.name in now or (now and job.targets is not None and job.name in pools)
        if is_due and now.get(job.name, 0.0) <= was.get(job.name, 0.0):
            why = "the server still has the old targets" if job.name in now else "the server has no targets of it yet"
            step = "wait: the server updates its targets every 5 s"
            what = "its targets have not been set since the reload"
            yield Unmet(Verification.TARGETS, what, f"job {job.name}", why, step, waits=True)


def _fewer(of: LoadedComparison) -> Iterator[Unmet]:
    was, now = _up(of.before.targets), _up(of.now.targets)
    for job in of.staged.jobs:
        wanted = was[job.name] if job.targets is None else min(was[job.name], job.targets)
        if now[job.name] < wanted:
            why = f"{now[job.name]} are up, {wanted} were up before"
            step = f"wait for its discovery; if targets were meant to go, say so; else {ROLL_BACK}"
            yield Unmet(Verification.TARGETS, "fewer targets are up than before", f"job {job.name}", why, step)


def _up(each: tuple[Target, ...]) -> Counter[str]:
    return Counter(target.pool for target in each if target.health is TargetHealth.UP)


def jobs_without_pool(of: LoadedComparison) -> frozenset[str]:
    """Return the jobs that had no scrape pool before, such as those whose discovery fails."""
    had = _job_names(of.before.configuration) | of.staged.had_files.jobs.keys()
    return had - frozenset(of.before.pools) if of.before.pools else frozenset()


@lru_cache(maxsize=4)
def _job_names(text: str) -> frozenset[str]:
    configuration, _ = read_configuration(text, "")
    return frozenset(job.name for job in configuration.jobs)
