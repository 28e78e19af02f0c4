"""The place of a value in a configuration, and the kind of value that the place implies."""

from __future__ import annotations

import re
from dataclasses import dataclass

_USERS_NAMES = frozenset({"external_labels", "labels", "params", "headers", "required_matchers", "endpoint_params"})
"""Mappings whose keys are names that users choose. Their values are texts."""

_TEXTS = frozenset(
    {"job_name", "regex", "separator", "replacement", "target_label", "source_labels", "targets", "names"}
)
"""Keys whose values are texts, even if they look like durations or numbers."""

_PATHS = frozenset({"rule_files", "scrape_config_files", "files"})
_SECRET = re.compile(
    r"secret|passw|passphrase|token|credential|api_?key|_key$|^key$|bearer|signature|^sig$", re.IGNORECASE
)
_NO_SECRET = re.compile(r"_(?:file|url|ref)s?$")
_HEADERS = frozenset({"headers", "http_headers", "proxy_connect_header"})


@dataclass(frozen=True, slots=True)
class KeyPath:
    """A path of keys. ``shown`` is the path for messages, with the items of lists named or counted from 0."""

    keys: tuple[str, ...] = ()
    shown: str = ""

    def key(self, name: str) -> KeyPath:
        """Return the place of a key in this mapping."""
        return KeyPath((*self.keys, name), f"{self.shown}.{name}" if self.shown else name)

    def item(self, name: str | int) -> KeyPath:
        """Return the place of an item in this list. An item is of the same kind as its list."""
        return KeyPath(self.keys, f"{self.shown}[{name}]")

    @property
    def name(self) -> str:
        """Return the last key, or an empty text at the root."""
        return self.keys[-1] if self.keys else ""

    @property
    def above(self) -> KeyPath:
        """Return the mapping around this place. The root is around itself."""
        return KeyPath(self.keys[:-1])

    @property
    def section(self) -> str:
        """Return the key of the mapping around this place, or an empty text for a key of the root."""
        return self.keys[-2] if len(self.keys) > 1 else ""

    @property
    def keywords(self) -> tuple[str, ...]:
        """Return the keys that Prometheus defines. Keys below ``labels`` and similar mappings are the user's."""
        end = next((at for at, key in enumerate(self.keys) if key in _USERS_NAMES or key in _HEADERS), len(self.keys))
        return self.keys[: end + 1]

    @property
    def is_users_text(self) -> bool:
        """Return whether only the text counts: labels, parameters, expressions."""
        return self.name in _TEXTS or not _USERS_NAMES.isdisjoint(self.keys[:-1])

    @property
    def is_external_label(self) -> bool:
        """Return whether the server may expand environment variables in this value."""
        return self.section == "external_labels"

    @property
    def is_path(self) -> bool:
        """Return whether the server joins this value to its configuration's folder."""
        return not self.is_users_text and (self.name in _PATHS or self.name.endswith("_file"))

    @property
    def is_secret(self) -> bool:
        """Return whether this value is a secret."""
        named = any(_SECRET.search(key) and not _NO_SECRET.search(key) for key in self.keys)
        return named or not _HEADERS.isdisjoint(self.keys[:-1])
