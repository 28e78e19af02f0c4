"""Asks a running server what files cannot tell: which series it has, what it can evaluate, and how it runs.

The number of questions grows with the rules, the number of them at one time does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from gonogo.durations import parse_duration
from gonogo.errors import SourceError
from gonogo.formats.yaml import parse
from gonogo.lint.core.estate import LOOKBACK, Estate
from gonogo.lint.core.live import Live
from gonogo.lint.core.live_questions import expressions, follow_up, series_questions
from gonogo.lint.run import Informant
from gonogo.model.evidence import Target, TargetHealth
from gonogo.model.versions import release
from gonogo.policy.server import client_of
from gonogo.policy.settings import ServerSettings
from gonogo.server.api import query, series_labels, server_time
from gonogo.server.evaluation import evaluation_error
from gonogo.server.http import Client
from gonogo.server.metadata_api import metric_types
from gonogo.server.status_api import build_info, configuration, flags
from gonogo.server.targets_api import targets

AT_ONCE = 6
"""How many questions a server gets at one time."""

HISTORY = timedelta(days=7)
"""How far back a series may have ended and still be known."""

ONE_ANSWER = timedelta(seconds=30)
"""The longest that one answer may take."""

DEFAULT_RETENTION = timedelta(days=15)
"""Prometheus's own, where neither a time nor a size is given."""

Told = TypeVar("Told")


def asking(settings: ServerSettings, url: str, says: Callable[[str], None]) -> Informant:
    """Make an informant of a running server.

    Args:
        settings: how to ask it.
        url: where it is.
        says: hears what is being done.
    """
    client = client_of(settings, at_most=ONE_ANSWER)
    return lambda estate: ask(client, url, estate, says)


def running_features(settings: ServerSettings, url: str) -> tuple[str, ...]:
    """Ask a running server for the features that it has on; none of a server that does not tell.

    Raises:
        UsageError: ``url`` is no URL.
    """
    try:
        running = flags(client_of(settings, at_most=ONE_ANSWER), url)
    except SourceError:
        return ()  # a server that does not answer at all is an error as soon as it is asked about the rules
    return tuple(filter(None, running.get("enable-feature", "").split(",")))


def ask(client: Client, url: str, estate: Estate, says: Callable[[str], None]) -> tuple[Estate, tuple[str, ...]]:
    """Ask everything that the checks want to know.

    Returns:
        The estate with what the server told, and what it gave no answer to.

    Raises:
        SourceError: the server gives no valid answer to what every server can tell.
        UsageError: ``url`` is no URL.
    """
    questions = _Questions(client, url, server_time(client, url))
    version = release(build_info(client, url) or "")
    running = questions.optional(lambda: flags(client, url)) or {}
    loaded = questions.optional(lambda: configuration(client, url)) or ""
    live = Live(
        questions.optional(lambda: metric_types(client, url)) or {},
        _found(questions, estate, says),
        _errors(questions, estate, says),
        _external_labels(loaded),
    )
    told = estate.having(
        live=live,
        version=version or estate.version,
        retention=_retention(running),
        lookback=_duration(running.get("query.lookback-delta")) or LOOKBACK,
        features=frozenset(running["enable-feature"].split(",")) - {""} if "enable-feature" in running else None,
    )
    return told, tuple(f"no answer to {missed}" for missed in dict.fromkeys(questions.missed))


def _found(questions: _Questions, estate: Estate, says: Callable[[str], None]) -> Mapping[str, bool]:
    asked = series_questions(estate)
    says(f"asking the server for {len(asked)} selectors")
    found = questions.each(asked, questions.has)
    gone = [text for text, there in found.items() if not there]
    if gone and (why := questions.unsettled()):
        questions.missed.append(f"which series there are: {why}, so {len(gone)} may only be late; ask again later")
        return {text: True for text, there in found.items() if there}
    return found | questions.each([text for text in follow_up(estate, gone) if text not in found], questions.has)


def _errors(questions: _Questions, estate: Estate, says: Callable[[str], None]) -> Mapping[str, str]:
    texts = expressions(estate)
    says(f"letting the server evaluate {len(texts)} expressions")
    judged = questions.each(texts, questions.evaluate)
    return {text: error for text, error in judged.items() if error is not None}


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

    def optional(self, read: Callable[[], Told]) -> Told | None:
        """Ask for something that not every server can tell."""
        try:
            return read()
        except SourceError as error:
            self.missed.append(f"{error.where}: {error.what}")
            return None

    def evaluate(self, expression: str) -> str | None:
        """Give the error of evaluating an expression, if there is one."""
        return evaluation_error(self.client, self.url, expression)

    def unsettled(self) -> str:
        """Say why missing series may only not be there yet; empty where the server has scraped all there is."""
        up = self.optional(lambda: query(self.client, self.url, "count(up)"))
        if up is None or not up.series:
            return "the server has no sample of up, so it scrapes nothing, or not yet"
        waiting = [one for one in self.optional(self._targets) or () if one.health is TargetHealth.UNKNOWN]
        return f"{len(waiting)} of the server's targets have not been scraped yet" if waiting else ""

    def _targets(self) -> tuple[Target, ...]:
        return targets(self.client, self.url)

    def has(self, selector: str) -> bool:
        """Tell whether the server has such series now, or had any within ``HISTORY``."""
        if query(self.client, self.url, f"count({selector})").series:
            return True
        since = self.now - HISTORY.total_seconds()
        return bool(series_labels(self.client, self.url, selector, since, self.now))


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
