"""Walks a staged and a loaded configuration side by side and finds the differences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from gonogo.reload.compare.defaults import defaults_in, is_newer, needs_no_content
from gonogo.reload.compare.document import Branch, ConfigurationScalar, KeyPath, Tree
from gonogo.reload.compare.spelling import is_zero, same

JOBS = ("scrape_configs",)
"""The keys of the list of jobs."""


class Found(Struct, frozen=True):
    """A difference before it is put into words. ``None`` means that a side has nothing there.

    ``maybe_default`` marks a value that the file does not give: the server may have added it itself.
    """

    place: KeyPath
    staged: Tree | None
    loaded: Tree | None
    how: str = ""
    maybe_default: bool = False


class CompareOptions(Struct, frozen=True):
    """The options for a comparison of configurations.

    Attributes:
        folder: the folder of the server's ``--config.file``. ``None`` accepts any folder.
        shared: the section ``global``. Jobs inherit its values.
        additions: the values that the server adds by itself, by their keys.
    """

    folder: str | None
    shared: Branch = field(default_factory=dict)
    additions: Mapping[tuple[str, ...], list[Tree]] = field(default_factory=dict)

    def mappings(self, place: KeyPath, staged: Branch, loaded: Branch) -> Iterator[Found]:
        """Compare the contents of two mappings."""
        for key in dict.fromkeys((*staged, *loaded)):
            here, there = staged.get(key), loaded.get(key)
            if here is None:
                yield from self._unwritten(place.key(key), there)
            elif there is not None:
                yield from self.both(place.key(key), here, there)
            elif isinstance(here, list):
                yield from self._lists(place.key(key), here, [])
            elif not self._is_left_out(here, place.key(key)):
                yield Found(place.key(key), here, None)
        yield from self._lacking(place, staged, loaded)

    def _lacking(self, place: KeyPath, staged: Branch, loaded: Branch) -> Iterator[Found]:
        """Find the defaults that every server shows and this one does not. These were turned off."""
        for key, default in defaults_in(place).items():
            is_due = default.shown or (default.left_out and key in loaded)
            if is_due and key not in staged and _is_null(loaded.get(key)):
                yield Found(place.key(key), default.values[0], None)

    def _unwritten(self, place: KeyPath, loaded: Tree | None) -> Iterator[Found]:
        """Check a value that the file does not give."""
        default = defaults_in(place.above).get(place.name)
        if loaded is None or _is_null(loaded) or self._is_one_of(self.additions.get(place.keys, ()), loaded, place):
            return
        if self._is_inherited(loaded, place):
            return
        if default is not None and (not default.values or self._is_one_of(default.values, loaded, place)):
            return
        if isinstance(loaded, list):
            maybe = is_newer(place) and bool(loaded) and all(isinstance(item, ConfigurationScalar) for item in loaded)
            yield from [Found(place, None, loaded, maybe_default=True)] if maybe else self._lists(place, [], loaded)
        elif isinstance(loaded, dict) and loaded and not needs_no_content(place):
            yield from self.mappings(place, {}, loaded)
        elif default is not None or not _is_nothing(loaded, place):
            yield Found(place, None, loaded, maybe_default=isinstance(loaded, ConfigurationScalar))

    def both(self, place: KeyPath, staged: Tree, loaded: Tree) -> Iterator[Found]:
        """Compare two values at one place."""
        if isinstance(staged, dict) and isinstance(loaded, dict):
            yield from self.mappings(place, staged, loaded)
        elif isinstance(staged, list) and isinstance(loaded, list):
            yield from self._lists(place, staged, loaded)
        elif _is_nothing(staged, place) and (_is_nothing(loaded, place) or self._is_replaced(staged, loaded, place)):
            return
        elif not (
            isinstance(staged, ConfigurationScalar)
            and isinstance(loaded, ConfigurationScalar)
            and same(staged, loaded, place, self.folder)
        ):
            yield Found(place, staged, loaded)

    def _is_left_out(self, staged: Tree, place: KeyPath) -> bool:
        """Return whether a server may omit a value that the file gives: zeros, and some defaults."""
        default = defaults_in(place.above).get(place.name)
        if default is not None and default.left_out:
            return self._is_one_of(default.values, staged, place)
        return _is_nothing(staged, place)

    def _is_inherited(self, loaded: Tree, place: KeyPath) -> bool:
        """Return whether a job shows the value of the file's section ``global``."""
        given = self.shared.get(place.name) if place.above.keys == JOBS else None
        return given is not None and not self._differ(place, given, loaded)

    def _is_replaced(self, staged: Tree, loaded: Tree, place: KeyPath) -> bool:
        """Return whether the global value replaces a job's 0. It does not replace an explicit ``false``."""
        is_boolean = isinstance(staged, ConfigurationScalar) and isinstance(staged.value, bool)
        return not is_boolean and self._is_inherited(loaded, place)

    def _lists(self, place: KeyPath, staged: list[Tree], loaded: list[Tree]) -> Iterator[Found]:
        if all(isinstance(item, ConfigurationScalar) for item in (*staged, *loaded)):
            yield from self._texts(place, staged, loaded)
            return
        named = are_jobs(place, staged) and are_jobs(place, loaded)
        here, there = by_name(staged, named=named), by_name(loaded, named=named)
        for name in dict.fromkeys((*here, *there)):
            one, other = here.get(name), there.get(name)
            if one is None or other is None:
                yield Found(place.item(name), one, other)
            else:
                yield from self.both(place.item(name), one, other)
        if [name for name in here if name in there] != [name for name in there if name in here]:
            yield Found(place, _names(here), _names(there), "in another order")

    def _texts(self, place: KeyPath, staged: list[Tree], loaded: list[Tree]) -> Iterator[Found]:
        """Compare two lists of scalars. Yield the missing and the extra items, or else a different order."""
        left, too_many = _unmatched(staged, loaded)
        missing = []
        for item in left:
            at = next((at for at, other in enumerate(too_many) if not self._differ(place, item, other)), None)
            if at is None:
                missing.append(item)
            else:
                del too_many[at]
        yield from (Found(place, item, None) for item in missing)
        yield from (Found(place, None, item) for item in too_many)
        if (
            not missing
            and not too_many
            and any(self._differ(place, *pair) for pair in zip(staged, loaded, strict=True))
        ):
            yield Found(place, staged, loaded, "in another order")

    def _is_one_of(self, values: Iterable[Tree], loaded: Tree, place: KeyPath) -> bool:
        return any(not self._differ(place, value, loaded) for value in values)

    def _differ(self, place: KeyPath, staged: Tree, loaded: Tree) -> bool:
        return next(self.both(place, staged, loaded), None) is not None


def _unmatched(staged: list[Tree], loaded: list[Tree]) -> tuple[list[Tree], list[Tree]]:
    """Return the scalars of each list that the other list does not have word for word, in order."""
    here, there = (
        Counter(item.text for item in items if isinstance(item, ConfigurationScalar)) for items in (staged, loaded)
    )
    return _beyond(staged, here - there), _beyond(loaded, there - here)


def _beyond(items: list[Tree], surplus: Counter[str]) -> list[Tree]:
    """Return as many items of each text as the surplus has."""
    left = Counter(surplus)
    found: list[Tree] = []
    for item in items:
        if isinstance(item, ConfigurationScalar) and left[item.text] > 0:
            left[item.text] -= 1
            found.append(item)
    return found


def _is_null(tree: Tree | None) -> bool:
    return tree is None or (isinstance(tree, ConfigurationScalar) and tree.value is None)


def _is_nothing(tree: Tree, place: KeyPath) -> bool:
    """Return whether a server may omit a part, because it has only zeros."""
    if isinstance(tree, ConfigurationScalar):
        return is_zero(tree, place)
    if isinstance(tree, list):
        return not tree
    return not needs_no_content(place) and all(_is_nothing(value, place.key(key)) for key, value in tree.items())


def are_jobs(place: KeyPath, items: list[Tree]) -> bool:
    """Return whether a list is a list of jobs with unique names."""
    names = {_job_name(item) for item in items}
    return place.name == "scrape_configs" and None not in names and len(names) == len(items)


def by_name(items: list[Tree], *, named: bool) -> dict[str, Tree]:
    """Return the items of a list by name: a job by its own name, another item by its index."""
    return {(_job_name(item) or "") if named else str(index): item for index, item in enumerate(items)}


def _job_name(item: Tree) -> str | None:
    name = item.get("job_name") if isinstance(item, dict) else None
    return name.text if isinstance(name, ConfigurationScalar) else None


def _names(named: Iterable[str]) -> list[Tree]:
    return [ConfigurationScalar(name, name) for name in named]
