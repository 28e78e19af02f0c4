"""Reads the policy file. A missing file, a folder or a binary file is a PolicyError."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from msgspec import Struct

from gonogo.disk.regular_file import read_some
from gonogo.errors import PolicyError, Position, Problem, cause_of
from gonogo.formats.yaml import YamlDocument, parse
from gonogo.model.heartbeat import Heartbeat

SANDBOX_MARK = "# Written by 'gonogo sandbox'. What feeds this stack is scripted.\n"
"""The first line of each file that describes a sandbox. Such a policy does not belong to a repository."""


LARGEST_BYTES = 1024 * 1024
"""The greatest size of a policy in bytes. The preset has 2 kB."""


class PolicyText(Struct, frozen=True):
    """The text of a policy: its bytes as they were read, and its keys."""

    path: Path
    content: bytes
    document: YamlDocument
    keys: dict[str, object]

    @property
    def folder(self) -> Path:
        """Return the folder from which relative paths start."""
        return self.path.absolute().parent


def read_policy_text(path: Path) -> PolicyText:
    """Read a policy file as YAML.

    Mistakes of the YAML that still allow reading are in ``document.problems``.

    Raises:
        PolicyError: the file does not exist, cannot be read, or is not a mapping.
    """
    content = _content(path)
    document = parse(_text(path, content), str(path))
    if isinstance(document.value, dict):
        return PolicyText(path, content, document, document.value)
    if document.problems:
        raise PolicyError(document.problems)
    if document.value is None:
        raise _refused(path, "the policy is empty", "begin with 'version: 1'; docs/policy.md shows every key")
    where = document.position(())
    raise PolicyError((Problem(where, "a policy is a mapping of keys", "begin with 'version: 1'"),))


def _content(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise _refused(path, "this is a folder", "name the policy file in it")
        if not stat.S_ISREG(mode):
            raise _refused(path, "this is not a regular file", "name a regular file")
        content = read_some(path, LARGEST_BYTES)
    except FileNotFoundError as error:
        raise _refused(
            path, "there is no such file", "write a policy, or name another file with --policy FILE"
        ) from error
    except (OSError, ValueError) as error:
        why = cause_of(error)
        raise _refused(
            path, f"the file cannot be read: {why}", "make it readable, or name another file with --policy FILE"
        ) from error
    if len(content) > LARGEST_BYTES:
        raise _refused(
            path, f"the file is larger than {LARGEST_BYTES // 1024} KiB, the limit for a policy", "name a policy file"
        )
    return content


def _text(path: Path, content: bytes) -> str:
    bad = content.find(b"\0")
    if bad < 0:
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            bad = error.start
    before = content[:bad].decode(errors="replace")
    place = Position(str(path), before.count("\n") + 1, len(before) - before.rfind("\n"))
    raise PolicyError((Problem(place, "this is not UTF-8 text", "name a policy file, not a binary file"),))


def _refused(path: Path, what: str, next_step: str) -> PolicyError:
    return PolicyError((Problem(None, f"{path}: {what}", next_step),))


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
