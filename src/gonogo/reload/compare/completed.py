"""Completes a configuration with the values that a server derives from other parts of it.

Jobs inherit their interval and timeout from ``global``. A timeout is never longer than its interval. The server writes
some older keys as newer ones. Source: Prometheus, ``config/config.go``.
"""

from __future__ import annotations

from datetime import timedelta

from gonogo.durations import format_duration, parse_duration
from gonogo.reload.compare.document import NULL, Branch, ConfigurationScalar, KeyPath, Tree, read
from gonogo.reload.compare.spelling import is_zero

_MINUTE = "1m"
_LONGEST_TIMEOUT = "10s"
_RESTORED = frozenset({"global", "runtime"})
"""Sections that get their defaults again if they are written but empty."""


def completed(staged: Branch) -> Branch:
    """Add to a configuration the values that the server derives from it. Its fixed defaults are in ``defaults``."""
    whole: Branch = {key: {} if key in _RESTORED and part == NULL else part for key, part in staged.items()}
    shared = _shared(section(whole, "global"))
    if isinstance(whole.setdefault("global", shared), dict):
        whole["global"] = shared
    return {
        key: _jobs(part, shared) if key == "scrape_configs" else _rewritten(part, key) for key, part in whole.items()
    }


def completed_job(job: Branch, configuration: Branch) -> Branch:
    """Add to a job of a scrape file the values of the section ``global`` of its configuration."""
    return _paced(job, _shared(section(configuration, "global")))


def _shared(section: Branch) -> Branch:
    shared = _timed(section, _MINUTE, _LONGEST_TIMEOUT)
    return shared if _given(shared, "evaluation_interval") else {**shared, "evaluation_interval": _text(_MINUTE)}


def evaluation_interval(configuration: str) -> timedelta:
    """Return the evaluation interval of groups that have none of their own.

    Raises:
        UnreadableConfiguration: the text is not a configuration.
        ValueError: the interval is not a duration.
    """
    return parse_duration(
        _span(_shared(section(read(configuration, "the configuration"), "global")), "evaluation_interval")
    )


def without_echoes(loaded: Branch) -> Branch:
    """Remove a value that a server shows twice: the window for late samples, in milliseconds."""
    storage = section(loaded, "storage")
    tsdb = {key: value for key, value in section(storage, "tsdb").items() if key != "outofordertimewindow"}
    return {**loaded, "storage": {**storage, "tsdb": tsdb}} if "tsdb" in storage else loaded


def _jobs(jobs: Tree, shared: Branch) -> Tree:
    if not isinstance(jobs, list):
        return jobs
    return [_paced(job, shared) if isinstance(job, dict) else job for job in map(_rewritten, jobs)]


def _paced(job: Branch, shared: Branch) -> Branch:
    return _timed(job, _span(shared, "scrape_interval"), _span(shared, "scrape_timeout"))


def _timed(section: Branch, interval: str, timeout: str) -> Branch:
    """Add the interval and the timeout if a section has none. A time of 0 counts as none."""
    timed = dict(section)
    if not _given(timed, "scrape_interval"):
        timed["scrape_interval"] = _text(interval)
    if not _given(timed, "scrape_timeout"):
        timed["scrape_timeout"] = _text(_shorter(timeout, _span(timed, "scrape_interval")))
    return timed


def _shorter(one: str, other: str) -> str:
    try:
        return format_duration(min(parse_duration(one), parse_duration(other)))
    except ValueError:
        return one


def _span(section: Branch, key: str) -> str:
    value = section[key]
    return value.text if isinstance(value, ConfigurationScalar) else ""


def _given(section: Branch, key: str) -> bool:
    value = section.get(key)
    return value is not None and not (isinstance(value, ConfigurationScalar) and is_zero(value, KeyPath((key,))))


def section(tree: Branch, key: str) -> Branch:
    """Return a section of a configuration, or an empty one."""
    value = tree.get(key)
    return value if isinstance(value, dict) else {}


def _text(text: str) -> ConfigurationScalar:
    return ConfigurationScalar(text, text)


def _rewritten(tree: Tree, section: str = "") -> Tree:
    """Write older keys as the server does: tokens as ``authorization``, Consul's password as ``basic_auth``."""
    if isinstance(tree, list):
        return [_rewritten(item, section) for item in tree]
    if not isinstance(tree, dict):
        return tree
    renamed = {key: _rewritten(value, key) for key, value in tree.items()}
    for old, new in (("bearer_token", "credentials"), ("bearer_token_file", "credentials_file")):
        if _given(renamed, old) and "authorization" not in renamed:
            renamed["authorization"] = {"type": _text("Bearer"), new: renamed.pop(old)}
    if section == "consul_sd_configs" and "basic_auth" not in renamed and _given(renamed, "username"):
        renamed["basic_auth"] = {key: renamed.pop(key) for key in ("username", "password") if key in renamed}
    return renamed
