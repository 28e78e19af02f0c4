"""Evaluates the expressions of the policy on the server.

All expressions with the same window and interval are one question. If the server refuses that question, or warns about
it, its parts are asked alone, so that one bad expression spoils no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from functools import partial

from msgspec import Struct, field

from gonogo.errors import SourceError
from gonogo.model.evidence import Evidence, Unread
from gonogo.model.policy import Policy, evaluated_metric
from gonogo.model.replacing import replace
from gonogo.model.series import Series, by_metric
from gonogo.server.api import query
from gonogo.server.envelope import asked
from gonogo.server.http import Client
from gonogo.stopping import outcome
from gonogo.verdict.core.evaluations import HISTORY, ExpressionQuestion, by_signal, with_newest

MOST_PARTS = 16
"""The largest number of questions into which a question is split at one time."""

Results = Mapping[str, tuple[Series, ...] | Unread]
Names = tuple[str, ...]


class SentQuestion(Struct, frozen=True):
    """A question that was sent: the signals that it is about, and its answer."""

    evaluation: ExpressionQuestion
    names: Names
    answer: Future[Results | Unread]


class Evaluated(Struct, frozen=True):
    """The results of the signals that gonogo evaluates: the samples and the newest values, or why there are none."""

    ranges: dict[str, tuple[Series, ...]] = field(default_factory=dict)
    newest: tuple[Series, ...] = ()
    scrapes: dict[str, tuple[Series, ...]] = field(default_factory=dict)
    unevaluated: dict[str, Unread] = field(default_factory=dict)

    def added_to(self, evidence: Evidence, until: float) -> Evidence:
        """Return the evidence with these results, as far as the steps up to ``until``, in unix seconds, can be used.

        A question that failed for another signal stays unread.
        """
        ranges, instant = evidence.ranges, evidence.instant
        now = by_metric(self.newest)
        own = {
            name: with_newest(steps, now.get(evaluated_metric(name), ()), until) for name, steps in self.ranges.items()
        }
        return replace(
            evidence,
            ranges=ranges if isinstance(ranges, Unread) else {**ranges, **own},
            instant=instant if isinstance(instant, Unread) else (*instant, *self.newest),
            newest_scrapes=self.scrapes,
            unevaluated=self.unevaluated,
        )


class Evaluating(Struct, frozen=True):
    """A server that evaluates the expressions of a policy."""

    client: Client
    url: str
    policy: Policy

    def begin(self, evaluations: Iterable[ExpressionQuestion]) -> list[SentQuestion]:
        """Ask each question once, without waiting for its answer."""
        return [self._ask(one, tuple(one.members)) for one in evaluations]

    def finish(self, begun: list[SentQuestion], *, answers: bool) -> Evaluated:
        """Wait for the answers, and ask the parts of a question that failed.

        A question that the server refused is split until the refused expression is alone. ``answers`` is True if the
        server answers other questions. Then a question without an answer, or with a warning, is split once: one of its
        expressions may be too slow.
        """
        found = Evaluated()
        waiting, first = begun, True
        while waiting:
            parts: list[tuple[ExpressionQuestion, Names]] = []
            for one in waiting:
                answer = outcome(one.answer)
                if not isinstance(answer, Unread):
                    found = _with(found, one, answer)
                elif len(one.names) > 1 and (answer.refused or (first and answers)):
                    parts += [(one.evaluation, names) for names in _split(one.names)]
                else:
                    found = _with(found, one, dict.fromkeys(one.names, answer))
            waiting, first = [self._ask(evaluation, names) for evaluation, names in parts], False
        return found

    def _ask(self, evaluation: ExpressionQuestion, names: Names) -> SentQuestion:
        question = f"the expression of {' and '.join(filter(None, names))}"
        return SentQuestion(evaluation, names, asked(question, partial(self._evaluated, evaluation, names)))

    def _evaluated(self, evaluation: ExpressionQuestion, names: Names) -> Results:
        answer = query(self.client, self.url, evaluation.text(names), histograms=True)
        try:
            return by_signal(self.policy, names, answer.series)
        except ValueError as error:
            raise SourceError("the server answered another question", where=self.url, why=str(error)) from error


def _split(names: Names) -> list[Names]:
    count = min(len(names), MOST_PARTS)
    return [names[place::count] for place in range(count)]


def _with(found: Evaluated, one: SentQuestion, results: Results) -> Evaluated:
    """Return the results with those of one question added. A signal without a result in any question has none."""
    read = {name: series for name, series in results.items() if not isinstance(series, Unread)}
    unread = {name: answer for name, answer in results.items() if isinstance(answer, Unread)}
    scrapes = read.pop(HISTORY, None)
    unread.pop(HISTORY, None)
    newest = tuple(series for many in read.values() for series in many) if one.evaluation.window is None else ()
    return Evaluated(
        {**found.ranges, **(read if one.evaluation.window is not None else {})},
        (*found.newest, *newest),
        {**found.scrapes, **({} if scrapes is None else {n: scrapes for n in one.evaluation.members if n != HISTORY})},
        {**found.unevaluated, **unread},
    )
