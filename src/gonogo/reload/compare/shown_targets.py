"""Compares the targets that a server shows with the jobs of scrape files, which the server does not show.

The labels of a target before relabelling have its address, scheme, path, interval, timeout, parameters and static
labels. Source: Prometheus, ``scrape/target.go`` (``PopulateLabels``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gonogo.durations import parse_duration
from gonogo.model.evidence import Target
from gonogo.reload.compare.document import Branch, ConfigurationScalar, Tree
from gonogo.reload.compare.scrape_files import FileJob, static_targets

_ADDRESS = "__address__"
_PARAMETER = "__param_"
_DURATIONS = frozenset({"__scrape_interval__", "__scrape_timeout__"})

_Labels = Mapping[str, str]


def misfits(jobs: Mapping[str, FileJob], targets: Iterable[Target]) -> Iterator[str]:
    """List where the active targets on the server differ from those of the jobs.

    The targets of a job with a discovery are not compared: a discovery may give them any of these labels.
    """
    shown: dict[str, list[_Labels]] = {}
    for target in targets:
        shown.setdefault(target.pool, []).append(target.discovered)
    for name, job in jobs.items():
        if job.is_static:
            yield from _job(name, job, shown.get(name, []))


def _job(name: str, job: FileJob, shown: Sequence[_Labels]) -> Iterator[str]:
    here, there = _by_address(_wanted(name, job.tree)), _by_address(shown)
    for address, found in there.items():
        for one in found:
            each = (_differing(labels, one) for labels in here.get(address, ()))
            if differing := min(each, key=len, default=["the file has no such target"]):
                yield f"target {address} of job {name} is not as in {job.file}: {', '.join(differing)}"
    if not job.tree.get("relabel_configs"):  # relabelling may drop targets
        for address, due in here.items():
            for labels in due:
                if all(_differing(labels, one) for one in there.get(address, ())):
                    yield f"target {address} of job {name} is in {job.file}, and the server has no such target"


def _by_address(targets: Iterable[_Labels]) -> Mapping[str, Sequence[_Labels]]:
    found: dict[str, list[_Labels]] = {}
    for labels in targets:
        found.setdefault(labels.get(_ADDRESS, ""), []).append(labels)
    return found


def _wanted(name: str, job: Branch) -> Iterator[_Labels]:
    """List the labels that the targets of a job have before relabelling. An empty label counts as absent."""
    parameters = job.get("params")
    each = parameters.items() if isinstance(parameters, dict) else ()
    own = {
        "job": name,
        "__scheme__": _text(job.get("scheme")) or "http",
        "__metrics_path__": _text(job.get("metrics_path")) or "/metrics",
        "__scrape_interval__": _text(job.get("scrape_interval")),
        "__scrape_timeout__": _text(job.get("scrape_timeout")),
        **{f"{_PARAMETER}{key}": _text(values[0]) for key, values in each if isinstance(values, list) and values},
    }
    for labels, target in static_targets(job):
        written = {key: value for key, tree in labels.items() if (value := _text(tree))}
        yield {**{key: value for key, value in own.items() if value}, **written, _ADDRESS: target.text}


def _differing(due: _Labels, shown: _Labels) -> list[str]:
    """Name the labels that differ, without their values: parameters may be secret.

    A newer server may show more labels that begin with two underscores.
    """
    more = (key for key in shown if key not in due and (not key.startswith("__") or key.startswith(_PARAMETER)))
    return [*(key for key, value in due.items() if not _same(key, value, shown.get(key, ""))), *more]


def _same(key: str, one: str, other: str) -> bool:
    if one == other or key not in _DURATIONS:
        return one == other
    try:
        return parse_duration(one) == parse_duration(other)
    except ValueError:
        return False


def _text(tree: Tree | None) -> str:
    return tree.text if isinstance(tree, ConfigurationScalar) else ""
