"""Which push a raw series came by, where several groups of a Pushgateway bear one job and instance.

A series of a group bears all of the group's labels, as does the group's
``push_time_seconds``. Where job and instance already tell the groups apart, no other
label is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gonogo.model.series import METRIC_LABEL, Series

Source = tuple[str, str]
"""The job and the instance of a raw series; either may be empty."""

Labels = Mapping[str, str]


def source_of(labels: Labels) -> Source:
    """Pick the job and the instance."""
    return labels.get("job", ""), labels.get("instance", "")


def shared_sources(pushes: Iterable[Series]) -> dict[Source, tuple[str, ...]]:
    """Map each source that several pushes share to the names of the labels that tell those apart."""
    found: dict[Source, list[Labels]] = {}
    for push in pushes:
        found.setdefault(source_of(push.labels), []).append(push.labels)
    return {source: _differing(groups) for source, groups in found.items() if len(groups) > 1}


def _differing(groups: Sequence[Labels]) -> tuple[str, ...]:
    names = {name for labels in groups for name in labels} - {METRIC_LABEL}
    return tuple(sorted(name for name in names if len({labels.get(name) for labels in groups}) > 1))


def behind(pushes: Sequence[Series], apart: tuple[str, ...], rows: Sequence[Labels], own: Labels) -> tuple[Series, ...]:
    """Choose the pushes that may have brought the raw series under a signal.

    Args:
        pushes: those of one job and instance.
        apart: the labels that tell them apart.
        rows: the raw series of that job and instance, by job, instance and those labels.
        own: the labels of the signal's own series: rows that contradict them do not feed it.

    Returns:
        The pushes of the series that can feed the signal; of a series that no push
        explains, all of them.
    """
    feeding = [row for row in rows if all(own.get(name, row.get(name)) == row.get(name) for name in apart)] or rows
    found: dict[int, Series] = {}
    for row in feeding:
        explaining = [push for push in pushes if all(push.labels.get(n) in (None, row.get(n)) for n in apart)]
        found |= {id(push): push for push in explaining or pushes}
    return tuple(found.values())
