"""Compares the configuration that a server shows with the staged one.

``/api/v1/status/config`` does not show the file itself: the server adds defaults at every depth, rewrites durations,
sizes and paths, and masks secrets. So every staged value must be there, and nothing else except defaults. A difference
in secrets alone cannot be seen this way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from gonogo.reload.compare.comparison import JOBS, CompareOptions, Found, are_jobs, by_name
from gonogo.reload.compare.completed import completed, section, without_echoes
from gonogo.reload.compare.defaults import is_newer
from gonogo.reload.compare.document import Branch, KeyPath, Tree, UnreadableConfiguration, read, shown

NOTHING = "nothing"
"""The word for a side that has no value at a place."""


class Difference(Struct, frozen=True):
    """A place where the two sides differ, such as ``scrape_configs[node].scrape_interval``.

    Its texts contain no secrets.
    """

    path: str
    staged: str
    loaded: str
    words: str


def difference(
    staged: str, loaded: str, previous: str | None = None, *, before: str | None = None, folder: str | None = None
) -> tuple[Difference, ...]:
    """List the differences between a server's configuration and the staged one.

    The server shows defaults of keys that the file does not give. A key of Prometheus 2.42 must have its known default.
    The default of a newer key is unknown to gonogo. Its value counts as the default, unless the file that was loaded
    before gave the key (``previous``), or the server showed another value then (``before``). Without ``previous`` the
    newer keys prove nothing.

    ``folder`` is the folder of the server's ``--config.file``. Relative paths must be joined to it. ``None`` accepts
    any.
    """
    try:
        here, there = read(staged, "the staged configuration"), read(loaded, "the loaded configuration")
        file = {} if previous is None else read(previous, "the previous configuration")
        shown_before = None if previous is None or before is None else read(before, "the configuration before")
    except UnreadableConfiguration as error:
        return (Difference("", "", "", f"the configurations cannot be compared: {error}"),)
    learned = {} if shown_before is None else _additions(file, shown_before, folder)
    found = _differences(here, there, folder, learned)
    had = dict(_paths(KeyPath(), file))
    shown = {} if shown_before is None else dict(_paths(KeyPath(), without_echoes(shown_before)))
    loads = _Loads(had, shown, learned, folder)
    sure = tuple(one for one in found if loads.is_difference(one))
    if sure and all(map(loads.may_be_left_over, sure)) and _is_other(file, there, folder):
        return ()
    return tuple(in_words(one, frozenset(had)) for one in sure)


class _Loads(Struct, frozen=True):
    """The load before, which shows whether the value of a newer key can be the default.

    ``had`` has the values of that file by their paths, and ``shown`` those of the server then. ``learned`` are the
    values that the server showed and the file did not give, by their keys.
    """

    had: Mapping[str, Tree]
    shown: Mapping[str, Tree]
    learned: Mapping[tuple[str, ...], list[Tree]]
    folder: str | None

    def is_difference(self, found: Found) -> bool:
        """Return whether a value cannot be the server's default."""
        if found.loaded is None or not (found.maybe_default and is_newer(found.place)):
            return True
        place = found.place
        given, before = self.had.get(place.shown), self.shown.get(place.shown)
        if given is not None:
            return self._same(given, found.loaded, place)
        if place.above.keys == JOBS and f"global.{place.name}" in self.had:
            return False  # the job's value before was that of the section global
        return place.keys in self.learned if before is None else not self._same(before, found.loaded, place)

    def may_be_left_over(self, found: Found) -> bool:
        """Return whether a value is the one of the file before. It may be left over, or it may be the default."""
        return found.maybe_default and is_newer(found.place) and found.place.shown in self.had

    def _same(self, one: Tree, other: Tree, place: KeyPath) -> bool:
        return next(CompareOptions(self.folder).both(place, one, other), None) is None


def _differences(
    file: Branch, shown: Branch, folder: str | None, additions: Mapping[tuple[str, ...], list[Tree]] | None = None
) -> Iterator[Found]:
    whole = completed(file)
    shared = {key: value for part in (shown, whole) for key, value in section(part, "global").items()}
    return CompareOptions(folder, shared, additions or {}).mappings(KeyPath(), whole, without_echoes(shown))


def _is_other(file: Branch, shown: Branch, folder: str | None) -> bool:
    """Return whether the server certainly does not show this file, so that none of its values is left over."""
    return any(not one.maybe_default for one in _differences(file, shown, folder))


def _additions(file: Branch, shown: Branch, folder: str | None) -> Mapping[tuple[str, ...], list[Tree]]:
    """Find unknown defaults: values that a server showed and its file did not give."""
    learned: dict[tuple[str, ...], list[Tree]] = {}
    for one in _differences(file, shown, folder):
        if one.maybe_default and one.loaded is not None:
            learned.setdefault(one.place.keys, []).append(one.loaded)
    return learned


def _paths(place: KeyPath, tree: Tree) -> Iterator[tuple[str, Tree]]:
    """List the paths that a configuration has, and their values."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield place.key(key).shown, value
            yield from _paths(place.key(key), value)
    elif isinstance(tree, list):
        for name, item in by_name(tree, named=are_jobs(place, tree)).items():
            yield place.item(name).shown, item
            yield from _paths(place.item(name), item)


def in_words(found: Found, had: frozenset[str] = frozenset()) -> Difference:
    """Return a difference with its clause. ``had`` are the paths of the file before."""
    place = found.place
    staged, loaded = (NOTHING if tree is None else shown(tree, place) for tree in (found.staged, found.loaded))
    if found.how:
        words = f"{place.shown} is {found.how} on the server: {loaded}, in the file {staged}"
    elif found.staged is None:
        whose = "it was in the file before" if place.shown in had else "it is from another configuration"
        words = f"{place.shown} is {loaded} on the server and nothing in the file ({whose})"
    elif found.loaded is None:
        words = f"{place.shown} is {staged} by the file and nothing on the server"
    else:
        hidden = " (they differ in a part that is not shown)" if staged == loaded else ""
        words = f"{place.shown} is {loaded} on the server and {staged} in the file{hidden}"
    return Difference(place.shown, staged, loaded, words)
