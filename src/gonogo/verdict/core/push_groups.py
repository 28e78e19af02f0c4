"""Finds the push of a raw series, if several groups of a Pushgateway have the same job and instance.

A series of a group has all labels of the group, and so has the group's ``push_time_seconds``.
If job and instance already differ between the groups, no other label is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gonogo.model.series import METRIC_LABEL, Series

Source = tuple[str, str]
"""The job and the instance of a raw series. Each may be empty."""

Labels = Mapping[str, str]


def source_of(labels: Labels) -> Source:
    """Return the job and the instance of a label set."""
    return labels.get("job", ""), labels.get("instance", "")


def shared_sources(pushes: Iterable[Series]) -> dict[Source, tuple[str, ...]]:
    """Map each source that several pushes share to the names of the labels in which the pushes differ."""
    found: dict[Source, list[Labels]] = {}
    for push in pushes:
        found.setdefault(source_of(push.labels), []).append(push.labels)
    return {source: _differing(groups) for source, groups in found.items() if len(groups) > 1}


def _differing(groups: Sequence[Labels]) -> tuple[str, ...]:
    names = {name for labels in groups for name in labels} - {METRIC_LABEL}
    return tuple(sorted(name for name in names if len({labels.get(name) for labels in groups}) > 1))


def behind(pushes: Sequence[Series], apart: tuple[str, ...], rows: Sequence[Labels], own: Labels) -> tuple[Series, ...]:
    """Return the pushes that may have brought the raw series under a signal.

    Args:
        pushes: the pushes of one job and instance.
        apart: the labels in which the pushes differ.
        rows: the raw series of that job and instance, by job, instance and those labels.
        own: the labels of the signal's own series. A row that contradicts them does not feed the signal.

    Returns:
        The pushes that match a row which can feed the signal. If a row matches no push, all pushes.
    """
    feeding = [row for row in rows if all(own.get(name, row.get(name)) == row.get(name) for name in apart)] or rows
    found: dict[int, Series] = {}
    for row in feeding:
        explaining = [push for push in pushes if all(push.labels.get(n) in (None, row.get(n)) for n in apart)]
        found |= {id(push): push for push in explaining or pushes}
    return tuple(found.values())
