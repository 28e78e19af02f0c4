"""Asks a running server what files cannot tell: which series it has, what it can evaluate, and how it runs.

The number of questions grows with the rules, the number of them at one time does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from gonogo.durations import parse_duration
from gonogo.errors import SourceError
from gonogo.lint.estate import LOOKBACK, Estate
from gonogo.lint.live import Live
from gonogo.lint.live_questions import expressions, follow_up, series_questions
from gonogo.prometheus.api import query, series_labels, server_time
from gonogo.prometheus.evaluation import evaluation_error
from gonogo.prometheus.http import Client
from gonogo.prometheus.metadata_api import metric_types
from gonogo.prometheus.status_api import build_info, configuration, flags
from gonogo.strict_yaml import parse

AT_ONCE = 6
"""How many questions a server gets at one time."""

HISTORY = timedelta(days=7)
"""How far back a series may have ended and still be known."""

DEFAULT_RETENTION = timedelta(days=15)
"""Prometheus's own, where neither a time nor a size is given."""

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a server said.

    Attributes:
        live: of its series and of the rules' expressions.
        version: its version, major and minor; ``None`` where it does not tell.
        retention: how long it keeps samples, where it says.
        lookback: how long a sample stands in for a newer one.
        features: what ``--enable-feature`` turned on.
        unanswered: what it gave no answer to, in words.
    """

    live: Live
    version: tuple[int, int] | None = None
    retention: timedelta | None = None
    lookback: timedelta = LOOKBACK
    features: frozenset[str] | None = None
    unanswered: tuple[str, ...] = ()


def ask(client: Client, url: str, estate: Estate, says: Callable[[str], None]) -> Answers:
    """Ask everything that the checks want to know.

    Raises:
        SourceError: the server gives no valid answer to what every server can tell.
        UsageError: ``url`` is no URL.
    """
    now = server_time(client, url)
    version = build_info(client, url)
    missed: list[str] = []
    running = _optional(lambda: flags(client, url), missed) or {}
    loaded = _optional(lambda: configuration(client, url), missed) or ""
    types = _optional(lambda: metric_types(client, url), missed) or {}
    questions = _Questions(client, url, now, missed)
    asked = series_questions(estate)
    says(f"asking the server for {len(asked)} selectors")
    found = questions.each(asked, questions.has)
    gone = [text for text, there in found.items() if not there]
    wider = [text for text in follow_up(estate, gone) if text not in found]
    found |= questions.each(wider, questions.has)
    texts = expressions(estate)
    says(f"letting the server evaluate {len(texts)} expressions")
    judged = questions.each(texts, lambda text: evaluation_error(client, url, text))
    errors = {text: error for text, error in judged.items() if error is not None}
    return Answers(
        Live(types, found, errors, _external_labels(loaded)),
        release(version),
        _retention(running),
        _duration(running.get("query.lookback-delta")) or LOOKBACK,
        frozenset(filter(None, running["enable-feature"].split(","))) if "enable-feature" in running else None,
        tuple(dict.fromkeys(missed)),
    )


def release(version: str | None) -> tuple[int, int] | None:
    """Give major and minor of a version such as ``2.42.0+ds``."""
    found = re.match(r"v?(\d+)\.(\d+)", version or "")
    return (int(found[1]), int(found[2])) if found else None


@dataclass(slots=True)
class _Questions:
    """Asks the same question of many texts, a bounded number at a time."""

    client: Client
    url: str
    now: float
    missed: list[str] = field(default_factory=list)

    def each(self, texts: Iterable[str], answer: Callable[[str], Told]) -> dict[str, Told]:
        """Give the answers; a text without one is left out, and what was missed is kept in words."""
        kept: dict[str, Told] = {}

        def one(text: str) -> None:
            try:
                kept[text] = answer(text)
            except SourceError as error:
                self.missed.append(f"{text}: {error.what}{f': {error.why}' if error.why else ''}")

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(one, texts))
        return kept

    def has(self, selector: str) -> bool:
        """Tell whether the server has such series now, or had any within ``HISTORY``."""
        if query(self.client, self.url, f"count({selector})").series:
            return True
        since = self.now - HISTORY.total_seconds()
        return bool(series_labels(self.client, self.url, selector, since, self.now))


def _optional(read: Callable[[], Told], missed: list[str]) -> Told | None:
    try:
        return read()
    except SourceError as error:
        missed.append(f"{error.where}: {error.what}")
        return None


def _external_labels(loaded: str) -> Mapping[str, str]:
    value = parse(loaded, "the server's configuration").at(("global", "external_labels"))
    return {name: str(text) for name, text in value.items()} if isinstance(value, dict) else {}


def _retention(running: Mapping[str, str]) -> timedelta | None:
    """Read the retention from the flags: 0 is the default, unless a size bounds it instead."""
    if "storage.tsdb.retention.time" not in running:
        return None
    told = _duration(running["storage.tsdb.retention.time"]) or _duration(running.get("storage.tsdb.retention"))
    if told or running.get("storage.tsdb.retention.size", "0B") not in {"0B", "0", ""}:
        return told
    return DEFAULT_RETENTION


def _duration(text: str | None) -> timedelta | None:
    try:
        return parse_duration(text) if text else None
    except ValueError:
        return None
