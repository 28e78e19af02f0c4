"""The presets: ready policies. The keys of a policy are merged over those of its preset."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from gonogo.formats.yaml import parse
from gonogo.model.heartbeat import Heartbeat

DEFAULT_PRESET = "l4-dryrun"
"""The preset of a policy that names no preset."""
PRESETS = (DEFAULT_PRESET,)
_FOLDER = Path(__file__).parent / "presets"


def preset_keys(name: str, heartbeat: Heartbeat | None = None) -> dict[str, object]:
    """Return the keys of a preset. A heartbeat fills its numbers into the names of signals."""
    path = _FOLDER / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    if heartbeat is not None:
        text = text.replace("{fresh}", heartbeat.fresh_name).replace("{window}", heartbeat.window_name)
    return cast("dict[str, object]", parse(text, path.name).value)


def laid_over(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Return two mappings merged by key: mappings merge, lists and scalars replace, null removes a key of the base."""
    merged = dict(base)
    for key, value in over.items():
        below = base.get(key)
        if value is None and key in base:
            del merged[key]
        elif isinstance(value, dict) and isinstance(below, dict):
            merged[key] = laid_over(below, value)
        else:
            merged[key] = value
    return merged
