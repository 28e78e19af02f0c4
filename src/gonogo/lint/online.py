"""Asks a running server for facts that files do not hold: its series, evaluation errors, and flags.

The number of questions grows with the rules. The number of questions at one time is bounded.
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
from gonogo.lint.core.live import Live, expressions, follow_up, series_questions
from gonogo.lint.run import Informant
from gonogo.model.evidence import TargetHealth
from gonogo.model.progress import Listener, Progress
from gonogo.model.versions import release
from gonogo.policy.server import client_of
from gonogo.policy.settings import ServerSettings
from gonogo.server.api import evaluation_error, metric_types, query, series_labels, server_time
from gonogo.server.http import Client
from gonogo.server.status_api import build_info, configuration, flags, targets

AT_ONCE = 6
"""How many questions a server gets at the same time."""

HISTORY = timedelta(days=7)
"""How long ago a series may have ended and still count as known."""

ONE_ANSWER = timedelta(seconds=30)
"""How long one answer may take."""

DEFAULT_RETENTION = timedelta(days=15)
"""The default of Prometheus, used when neither a time nor a size is set."""

Answer = TypeVar("Answer")


def asking(settings: ServerSettings, url: str, progress: Listener) -> Informant:
    """Return an informant that asks a running server.

    Args:
        settings: the settings for the connection.
        url: the URL of the server.
        progress: is called with each step.
    """
    client = client_of(settings, at_most=ONE_ANSWER)
    return lambda estate: ask(client, url, estate, progress)


def running_features(settings: ServerSettings, url: str) -> tuple[str, ...]:
    """Ask a running server for the features that it has turned on; none if the server does not say.

    Raises:
        UsageError: ``url`` is not a valid URL.
    """
    try:
        running = flags(client_of(settings, at_most=ONE_ANSWER), url)
    except SourceError:
        return ()  # a server that does not answer at all is an error as soon as it is asked about the rules
    return tuple(filter(None, running.get("enable-feature", "").split(",")))


def ask(client: Client, url: str, estate: Estate, progress: Listener) -> tuple[Estate, tuple[str, ...]]:
    """Ask everything that the checks need.

    Returns:
        The estate with the answers, and a note for each question without an answer.

    Raises:
        SourceError: the server gives no valid answer to a question that every server can answer.
        UsageError: ``url`` is not a valid URL.
    """
    questions = _Questions(client, url, server_time(client, url))
    version = release(build_info(client, url) or "")
    running = questions.optional(lambda: flags(client, url)) or {}
    loaded = questions.optional(lambda: configuration(client, url)) or ""
    live = Live(
        questions.optional(lambda: metric_types(client, url)) or {},
        _found(questions, estate, progress),
        _errors(questions, estate, progress),
        parse(loaded, "the server's configuration").texts(("global", "external_labels")),
    )
    informed = estate.having(
        live=live,
        version=version or estate.version,
        retention=_retention(running),
        lookback=_duration(running.get("query.lookback-delta")) or LOOKBACK,
        features=frozenset(running["enable-feature"].split(",")) - {""} if "enable-feature" in running else None,
    )
    return informed, tuple(f"no answer to {missed}" for missed in dict.fromkeys(questions.missed))


def _found(questions: _Questions, estate: Estate, progress: Listener) -> Mapping[str, bool]:
    asked = series_questions(estate.rules)
    progress(Progress(f"asking the server for {len(asked)} selectors"))
    found = questions.each(asked, questions.has)
    gone = [text for text, there in found.items() if not there]
    if gone and (why := questions.unsettled()):
        questions.missed.append(f"which series exist: {why}, so {len(gone)} series may only be late; ask again later")
        return {text: True for text, there in found.items() if there}
    return found | questions.each([text for text in follow_up(estate.rules, gone) if text not in found], questions.has)


def _errors(questions: _Questions, estate: Estate, progress: Listener) -> Mapping[str, str]:
    texts = expressions(estate.rules)
    progress(Progress(f"letting the server evaluate {len(texts)} expressions"))
    judged = questions.each(texts, lambda text: evaluation_error(questions.client, questions.url, text))
    return {text: error for text, error in judged.items() if error is not None}


@dataclass(slots=True)
class _Questions:
    """Asks one question about many texts, a bounded number at the same time."""

    client: Client
    url: str
    now: float
    missed: list[str] = field(default_factory=list)

    def each(self, texts: Iterable[str], answer: Callable[[str], Answer]) -> dict[str, Answer]:
        """Return the answers. A text without an answer is left out and noted in ``missed``."""
        kept: dict[str, Answer] = {}

        def one(text: str) -> None:
            try:
                kept[text] = answer(text)
            except SourceError as error:
                self.missed.append(f"{text}: {error.what}{f': {error.why}' if error.why else ''}")

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(one, texts))
        return kept

    def optional(self, read: Callable[[], Answer]) -> Answer | None:
        """Ask a question that not every server can answer."""
        try:
            return read()
        except SourceError as error:
            self.missed.append(f"{error.where}: {error.what}")
            return None

    def unsettled(self) -> str:
        """Return why missing series may only be late; empty if the server has scraped all its targets."""
        up = self.optional(lambda: query(self.client, self.url, "count(up)"))
        if up is None or not up.series:
            return "the server has no sample of up, so it has not scraped any target yet"
        listed = self.optional(lambda: targets(self.client, self.url)) or ()
        waiting = [one for one in listed if one.health is TargetHealth.UNKNOWN]
        return f"{len(waiting)} of the server's targets have not been scraped yet" if waiting else ""

    def has(self, selector: str) -> bool:
        """Return whether the server has such series now, or had any within ``HISTORY``."""
        if query(self.client, self.url, f"count({selector})").series:
            return True
        since = self.now - HISTORY.total_seconds()
        return bool(series_labels(self.client, self.url, selector, since, self.now))


def _retention(running: Mapping[str, str]) -> timedelta | None:
    """Return the retention from the flags. A time of 0 means the default, unless a size is the limit instead."""
    if "storage.tsdb.retention.time" not in running:
        return None
    retention = _duration(running["storage.tsdb.retention.time"]) or _duration(running.get("storage.tsdb.retention"))
    if retention or running.get("storage.tsdb.retention.size", "0B") not in {"0B", "0", ""}:
        return retention
    return DEFAULT_RETENTION


def _duration(text: str | None) -> timedelta | None:
    try:
        return parse_duration(text) if text else None
    except ValueError:
        return None
