"""Whether the configuration that a server shows is the one that was staged, and where it is not.

What ``/api/v1/status/config`` shows is not what it was given: defaults are added at
every depth, durations, sizes and paths are rewritten, secrets are masked. So everything
staged must be there, and nothing else but defaults. What differs in secrets alone
cannot be seen this way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gonogo.reloading.comparison import Comparison, Found, are_jobs, by_name
from gonogo.reloading.completed import completed, without_echoes
from gonogo.reloading.document import Branch, Tree, Unreadable, read
from gonogo.reloading.place import Place
from gonogo.reloading.redaction import shown

NOTHING = "nothing"
"""What is said of a side that has nothing at a place."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the two sides differ; secrets are left out of all its texts.

    Attributes:
        path: where, as in ``scrape_configs[node].scrape_interval``.
        staged: what the file has there, or what the server should have added; ``nothing`` if nothing.
        loaded: what the server shows there; ``nothing`` if nothing.
        words: the difference as a clause.
    """

    path: str
    staged: str
    loaded: str
    words: str


def difference(
    staged: str, loaded: str, previous: str | None = None, *, before: str | None = None, folder: str | None = None
) -> tuple[Difference, ...]:
    """List where a server's configuration is not the staged one; nothing when it is.

    A key that the server shows and the file has not must be at its default. Where that
    default is not known here (a newer server, a flag), it may stay as it was ``before``,
    unless the file that was loaded then set it. So that nobody else's setting passes for
    a default, hold ``previous`` against ``before`` as well before anything is changed.

    Args:
        staged: the text of the file.
        loaded: what ``/api/v1/status/config`` shows now.
        previous: the text of the file that was loaded before, where there is one.
        before: what ``/api/v1/status/config`` showed before, where it was asked.
        folder: the folder of the server's ``--config.file``, as that flag has it; relative
            paths must be joined to it. ``None``: any folder will do.
    """
    try:
        here, there = read(staged, "the staged configuration"), read(loaded, "the loaded configuration")
        file = {} if previous is None else read(previous, "the previous configuration")
        shown_before = None if previous is None or before is None else read(before, "the configuration before")
    except Unreadable as error:
        return (Difference("", "", "", f"they cannot be compared: {error}"),)
    additions = {} if shown_before is None else _additions(file, shown_before, folder)
    found = Comparison(folder, additions).mappings(Place(), completed(here), without_echoes(there))
    had = frozenset(_paths(Place(), file))
    return tuple(_said(one, had) for one in found)


def _additions(file: Branch, shown: Branch, folder: str | None) -> Mapping[tuple[str, ...], list[Tree]]:
    """Learn the defaults that are not known here: what a server showed that its file had not."""
    learned: dict[tuple[str, ...], list[Tree]] = {}
    for one in Comparison(folder).mappings(Place(), completed(file), without_echoes(shown)):
        if one.maybe_default and one.loaded is not None:
            learned.setdefault(one.place.keys, []).append(one.loaded)
    return learned


def _paths(place: Place, tree: Tree) -> Iterator[str]:
    """List the paths that a file has."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield place.key(key).shown
            yield from _paths(place.key(key), value)
    elif isinstance(tree, list):
        for name, item in by_name(tree, named=are_jobs(place, tree)).items():
            yield place.item(name).shown
            yield from _paths(place.item(name), item)


def _said(found: Found, had: frozenset[str]) -> Difference:
    """Put a difference into words; ``had`` are the paths that the file had before."""
    place = found.place
    staged, loaded = (NOTHING if tree is None else shown(tree, place) for tree in (found.staged, found.loaded))
    if found.how:
        words = f"{place.shown} is {found.how} on the server: {loaded}, in the file {staged}"
    elif found.staged is None:
        whose = "it was in the file before" if place.shown in had else "somebody else's"
        words = f"{place.shown} is {loaded} on the server and nothing in the file ({whose})"
    elif found.loaded is None:
        words = f"{place.shown} is {staged} by the file and nothing on the server"
    else:
        hidden = " (they differ in what is not shown here)" if staged == loaded else ""
        words = f"{place.shown} is {loaded} on the server and {staged} in the file{hidden}"
    return Difference(place.shown, staged, loaded, words)
