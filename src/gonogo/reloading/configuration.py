"""Whether the configuration that a server shows is the one that was staged, and where it is not.

What ``/api/v1/status/config`` shows is not what it was given: defaults are added at
every depth, durations, sizes and paths are rewritten, secrets are masked. So everything
staged must be there, and nothing else but defaults. What differs in secrets alone
cannot be seen this way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gonogo.reloading.completed import completed, without_echoes
from gonogo.reloading.defaults import defaults_in, needs_no_content
from gonogo.reloading.document import Branch, Leaf, Tree, Unreadable, read
from gonogo.reloading.place import Place
from gonogo.reloading.redaction import shown
from gonogo.reloading.spelling import is_zero, same

NOTHING = "nothing"
"""What is said of a side that has nothing at a place."""

_JOBS, _NAMED_BY = "scrape_configs", "job_name"


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
    unless the file that was loaded then set it.

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
    known = _Before(frozenset(_paths(Place(), file)), _additions(file, shown_before, folder))
    found = _Comparison(folder, known).mappings(Place(), completed(here), without_echoes(there))
    return tuple(_said(one, known) for one in found)


@dataclass(frozen=True, slots=True)
class _Found:
    """A difference before it is put into words; ``None`` is nothing on that side."""

    place: Place
    staged: Tree | None
    loaded: Tree | None
    how: str = ""


@dataclass(frozen=True, slots=True)
class _Before:
    """What is known of before: which paths the file had, and what the server added of its own by keys."""

    paths: frozenset[str] = frozenset()
    additions: Mapping[tuple[str, ...], list[Tree]] = field(default_factory=dict)


def _additions(file: Branch, shown_before: Branch | None, folder: str | None) -> Mapping[tuple[str, ...], list[Tree]]:
    """Learn the defaults that are not known here: what a server showed that its file had not."""
    learned: dict[tuple[str, ...], list[Tree]] = {}
    if shown_before is not None:
        for one in _Comparison(folder, _Before()).mappings(Place(), completed(file), without_echoes(shown_before)):
            if one.staged is None and one.loaded is not None:
                learned.setdefault(one.place.keys, []).append(one.loaded)
    return learned


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Walks two configurations side by side."""

    folder: str | None
    known: _Before

    def mappings(self, place: Place, staged: Branch, loaded: Branch) -> Iterator[_Found]:
        for key in dict.fromkeys((*staged, *loaded)):
            here, there = staged.get(key), loaded.get(key)
            if here is None:
                yield from self._unwritten(place.key(key), there)
            elif there is not None:
                yield from self._both(place.key(key), here, there)
            elif not _is_nothing(here, place.key(key)):
                yield _Found(place.key(key), here, None)
        yield from self._lacking(place, staged, loaded)

    def _lacking(self, place: Place, staged: Branch, loaded: Branch) -> Iterator[_Found]:
        """Find defaults that every server shows and this one does not: they were turned off."""
        for key, default in defaults_in(place).items():
            if default.shown and key not in staged and _is_null(loaded.get(key)):
                yield _Found(place.key(key), default.values[0], None)

    def _unwritten(self, place: Place, loaded: Tree | None) -> Iterator[_Found]:
        """Judge what the file leaves to the server."""
        default = defaults_in(place.above).get(place.name)
        if (
            loaded is None
            or _is_null(loaded)
            or self._is_one_of(self.known.additions.get(place.keys, ()), loaded, place)
        ):
            return
        if default is not None and (not default.values or self._is_one_of(default.values, loaded, place)):
            return
        if isinstance(loaded, dict) and loaded and not needs_no_content(place):
            yield from self.mappings(place, {}, loaded)
        elif default is not None or not _is_nothing(loaded, place):
            yield _Found(place, None, loaded)

    def _both(self, place: Place, staged: Tree, loaded: Tree) -> Iterator[_Found]:
        if isinstance(staged, dict) and isinstance(loaded, dict):
            yield from self.mappings(place, staged, loaded)
        elif isinstance(staged, list) and isinstance(loaded, list):
            yield from self._lists(place, staged, loaded)
        elif _is_nothing(staged, place) and _is_nothing(loaded, place):
            return
        elif not (isinstance(staged, Leaf) and isinstance(loaded, Leaf) and same(staged, loaded, place, self.folder)):
            yield _Found(place, staged, loaded)

    def _lists(self, place: Place, staged: list[Tree], loaded: list[Tree]) -> Iterator[_Found]:
        if all(isinstance(item, Leaf) for item in (*staged, *loaded)):
            yield from self._texts(place, staged, loaded)
            return
        here, there = _by_name(place, staged), _by_name(place, loaded)
        for name in dict.fromkeys((*here, *there)):
            one, other = here.get(name), there.get(name)
            if one is None or other is None:
                yield _Found(place.item(name), one, other)
            else:
                yield from self._both(place.item(name), one, other)
        if [name for name in here if name in there] != [name for name in there if name in here]:
            yield _Found(place, _names(here), _names(there), "in another order")

    def _texts(self, place: Place, staged: list[Tree], loaded: list[Tree]) -> Iterator[_Found]:
        """Compare two lists of scalars: name what is missing and what is too many, or their order."""
        left, missing = list(loaded), []
        for item in staged:
            at = next((at for at, other in enumerate(left) if self._is_one_of((item,), other, place)), None)
            if at is None:
                missing.append(item)
            else:
                del left[at]
        yield from (_Found(place, item, None) for item in missing)
        yield from (_Found(place, None, item) for item in left)
        if not missing and not left and any(self._differ(place, *pair) for pair in zip(staged, loaded, strict=True)):
            yield _Found(place, staged, loaded, "in another order")

    def _is_one_of(self, values: Iterable[Tree], loaded: Tree, place: Place) -> bool:
        return any(not self._differ(place, value, loaded) for value in values)

    def _differ(self, place: Place, staged: Tree, loaded: Tree) -> bool:
        return next(self._both(place, staged, loaded), None) is not None


def _is_null(tree: Tree | None) -> bool:
    return tree is None or (isinstance(tree, Leaf) and tree.value is None)


def _is_nothing(tree: Tree, place: Place) -> bool:
    """Tell whether a part is what a server may leave out: zeros all through."""
    if isinstance(tree, Leaf):
        return is_zero(tree, place)
    if isinstance(tree, list):
        return not tree
    return not needs_no_content(place) and all(_is_nothing(value, place.key(key)) for key, value in tree.items())


def _by_name(place: Place, items: list[Tree]) -> dict[str, Tree]:
    """Name the items of a list: jobs by their names, others by their places."""
    names = [item.get(_NAMED_BY) if isinstance(item, dict) else None for item in items]
    if place.name == _JOBS and all(isinstance(name, Leaf) for name in names):
        by_name = {name.text: item for name, item in zip(names, items, strict=True) if isinstance(name, Leaf)}
        if len(by_name) == len(items):
            return by_name
    return {str(index): item for index, item in enumerate(items)}


def _names(named: Iterable[str]) -> list[Tree]:
    return [Leaf(name, name) for name in named]


def _paths(place: Place, tree: Tree) -> Iterator[str]:
    """List the paths that a file has."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield place.key(key).shown
            yield from _paths(place.key(key), value)
    elif isinstance(tree, list):
        for name, item in _by_name(place, tree).items():
            yield place.item(name).shown
            yield from _paths(place.item(name), item)


def _said(found: _Found, known: _Before) -> Difference:
    """Put a difference into words."""
    place = found.place
    staged, loaded = (NOTHING if tree is None else shown(tree, place) for tree in (found.staged, found.loaded))
    if found.how:
        words = f"{place.shown} is {found.how} on the server: {loaded}, in the file {staged}"
    elif found.staged is None:
        whose = "it was in the file before" if place.shown in known.paths else "somebody else's"
        words = f"{place.shown} is {loaded} on the server and nothing in the file ({whose})"
    elif found.loaded is None:
        words = f"{place.shown} is {staged} by the file and nothing on the server"
    else:
        hidden = " (they differ in what is not shown here)" if staged == loaded else ""
        words = f"{place.shown} is {loaded} on the server and {staged} in the file{hidden}"
    return Difference(place.shown, staged, loaded, words)
