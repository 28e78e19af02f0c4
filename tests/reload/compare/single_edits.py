"""Every single edit of a configuration with an effect: one value changed, one thing removed, added or moved."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.reload.compare.defaults import defaults_in, needs_no_content
from gonogo.reload.compare.document import ConfigurationScalar, KeyPath, Tree, read
from gonogo.reload.compare.spelling import is_zero, same
from tests.reload.compare.kinds import written

_FLIPPED = {"true": "false", "false": "true", "yes": "no", "off": "on", "no": "yes", "on": "off"}


def single_edits(configuration: str) -> Iterator[tuple[str, str]]:
    """List what each edit does, and the configuration after it."""
    for what, tree in _edits(read(configuration, "it"), KeyPath()):
        yield what, written(tree)


def _edits(tree: Tree, place: KeyPath) -> Iterator[tuple[str, Tree]]:
    if isinstance(tree, dict):
        yield f"add {place.shown}.gonogo", {**tree, "gonogo": ConfigurationScalar("1", 1)}
        for key, value in tree.items():
            here = place.key(key)
            if not _says_nothing(value, here):
                yield f"remove {here.shown}", {name: other for name, other in tree.items() if name != key}
            yield from ((what, {**tree, key: edited}) for what, edited in _edits(value, here))
    elif isinstance(tree, list):
        yield from _edits_of_list(tree, place)
    elif not place.is_secret:
        yield f"change {place.shown}", _other(tree)


def _edits_of_list(tree: list[Tree], place: KeyPath) -> Iterator[tuple[str, Tree]]:
    if tree and tree[::-1] != tree:
        yield f"reverse {place.shown}", tree[::-1]
    if tree:
        yield f"repeat the last of {place.shown}", [*tree, tree[-1]]
    for index, value in enumerate(tree):
        here = place.item(index)
        yield f"remove {here.shown}", [*tree[:index], *tree[index + 1 :]]
        yield from ((what, [*tree[:index], edited, *tree[index + 1 :]]) for what, edited in _edits(value, here))


def _says_nothing(tree: Tree, place: KeyPath) -> bool:
    """Return whether a value is the default, so that its removal changes nothing."""
    if isinstance(tree, dict):
        return not needs_no_content(place) and all(_says_nothing(value, place.key(key)) for key, value in tree.items())
    if isinstance(tree, list):
        return not tree
    default = defaults_in(place.above).get(place.name)
    if default is None:
        return is_zero(tree, place)
    return not default.values or any(
        isinstance(value, ConfigurationScalar) and same(tree, value, place, None) for value in default.values
    )


def _other(leaf: ConfigurationScalar) -> ConfigurationScalar:
    flipped = _FLIPPED.get(leaf.text.lower())
    if flipped is not None and not isinstance(leaf.value, str):
        return ConfigurationScalar(flipped, flipped == "true")
    if isinstance(leaf.value, int | float) and not isinstance(leaf.value, bool):
        return ConfigurationScalar(str(leaf.value + 7), leaf.value + 7)
    return ConfigurationScalar(f"{leaf.text}7m", f"{leaf.text}7m") if leaf.text else ConfigurationScalar("7m", "7m")
