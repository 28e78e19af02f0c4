"""Where something stands in a configuration, and what kind of thing that makes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_USERS_NAMES = frozenset({"external_labels", "labels", "params", "headers", "required_matchers", "endpoint_params"})
"""Mappings whose keys are names that users choose, and whose values are texts."""

_TEXTS = frozenset(
    {"job_name", "regex", "separator", "replacement", "target_label", "source_labels", "targets", "names"}
)
"""Keys whose values are texts even where they look like durations or numbers."""

_PATHS = frozenset({"rule_files", "scrape_config_files", "files"})
_SECRET = re.compile(
    r"secret|passw|passphrase|token|credential|api_?key|_key$|^key$|bearer|signature|^sig$", re.IGNORECASE
)
_NO_SECRET = re.compile(r"_(?:file|url|ref)s?$")
_HEADERS = frozenset({"headers", "http_headers", "proxy_connect_header"})


@dataclass(frozen=True, slots=True)
class KeyPath:
    """A path of keys; ``shown`` is how it is written for people, items of lists named or counted from 0."""

    keys: tuple[str, ...] = ()
    shown: str = ""

    def key(self, name: str) -> KeyPath:
        """Go to a key of a mapping."""
        return KeyPath((*self.keys, name), f"{self.shown}.{name}" if self.shown else name)

    def item(self, name: str | int) -> KeyPath:
        """Go to an item of a list: it is of the kind that the list is of."""
        return KeyPath(self.keys, f"{self.shown}[{name}]")

    @property
    def name(self) -> str:
        """The last key; nothing at the root."""
        return self.keys[-1] if self.keys else ""

    @property
    def above(self) -> KeyPath:
        """The mapping that it stands in, as far as its kind goes; the root stands in itself."""
        return KeyPath(self.keys[:-1])

    @property
    def section(self) -> str:
        """The key of the mapping that it stands in; nothing for a key of the root."""
        return self.keys[-2] if len(self.keys) > 1 else ""

    @property
    def keywords(self) -> tuple[str, ...]:
        """The keys that Prometheus names: those below ``labels`` and its like are the user's."""
        end = next((at for at, key in enumerate(self.keys) if key in _USERS_NAMES or key in _HEADERS), len(self.keys))
        return self.keys[: end + 1]

    @property
    def is_users_text(self) -> bool:
        """Whether only the text counts: labels, parameters, expressions."""
        return self.name in _TEXTS or not _USERS_NAMES.isdisjoint(self.keys[:-1])

    @property
    def is_external_label(self) -> bool:
        """Whether servers may put environment variables into it."""
        return self.section == "external_labels"

    @property
    def is_path(self) -> bool:
        """Whether the server joins it to its configuration's folder."""
        return not self.is_users_text and (self.name in _PATHS or self.name.endswith("_file"))

    @property
    def is_secret(self) -> bool:
        """Whether its value is nobody's business."""
        named = any(_SECRET.search(key) and not _NO_SECRET.search(key) for key in self.keys)
        return named or not _HEADERS.isdisjoint(self.keys[:-1])
