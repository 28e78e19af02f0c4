"""Reads a promtool test file: its rule files, its input series and its assertions, each with its place.

This module refuses no file: promtool judges the form. A part that cannot be read is left
out. ``problems`` says why a text is not YAML.
Source: Prometheus documentation, "Unit Testing for Rules".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from msgspec import Struct

from gonogo.durations import parse_duration
from gonogo.errors import Position, Problem
from gonogo.formats.yaml import Loc, YamlDocument, parse, parse_documents
from gonogo.model.replacing import replace

DEFAULT_INTERVAL = timedelta(minutes=1)
"""promtool's own evaluation interval, used if the file names no interval or 0."""

_TEST_KEYS = frozenset({"input_series", "alert_rule_test", "promql_expr_test"})
_SERVER_KEYS = frozenset({"global", "scrape_configs", "scrape_config_files", "alerting", "remote_write", "remote_read"})


class RuleFileEntry(Struct, frozen=True):
    """An entry of ``rule_files``: a path or a glob, relative to the test file's folder."""

    pattern: str
    where: Position
    loc: Loc


class InputSeries(Struct, frozen=True):
    """An input series of a test, as written: ``up{job="a"}`` and ``1 2 _x3 0+1x10``."""

    series: str
    values: str
    where: Position


class ExpectedAlert(Struct, frozen=True):
    """An alert that a test expects to fire."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]


class AlertAssertion(Struct, frozen=True):
    """An item of ``alert_rule_test``: exactly these alerts of one name fire at a time."""

    alertname: str
    at: timedelta
    expected: tuple[ExpectedAlert, ...]
    where: Position
    loc: Loc


class ExpectedSample(Struct, frozen=True):
    """A sample that an expression must give: its series and its value, as written."""

    labels: str
    value: str


class ExpressionAssertion(Struct, frozen=True):
    """An item of ``promql_expr_test``: the expression gives exactly these samples at a time."""

    expression: str
    at: timedelta
    expected: tuple[ExpectedSample, ...]
    where: Position
    loc: Loc


Assertion = AlertAssertion | ExpressionAssertion


class UnitTest(Struct, frozen=True):
    """An item of ``tests``: input series with one sample every ``interval`` from time 0 on, and assertions.

    Attributes:
        name: the name of the test, often empty.
        interval: the time between two input samples, and the interval of groups that name none. It is 0 if the test
            names no interval: promtool before 2.49 then puts all samples at time 0, and newer versions use the
            evaluation interval.
        series: the input series.
        alerts: the assertions about alerts.
        expressions: the assertions about expressions.
        where: the place where the test begins.
        loc: the path to the test.
    """

    name: str
    interval: timedelta
    series: tuple[InputSeries, ...]
    alerts: tuple[AlertAssertion, ...]
    expressions: tuple[ExpressionAssertion, ...]
    where: Position
    loc: Loc

    @property
    def assertions(self) -> tuple[Assertion, ...]:
        """Return the assertions about alerts, and then those about expressions."""
        return (*self.alerts, *self.expressions)

    @property
    def last(self) -> timedelta:
        """Return the latest time of an assertion. promtool stops evaluating there."""
        return max((one.at for one in self.assertions), default=timedelta(0))


class UnitFile(Struct, frozen=True):
    """A test file.

    Attributes:
        path: the file.
        rule_files: the rule files that the test file loads.
        evaluation_interval: the time between two evaluations of the rules, from time 0 on.
        group_eval_order: the groups in the order in which they are evaluated.
        tests: the tests.
        problems: the reasons why the text is not YAML.
        document: the first YAML document of the text. promtool reads no other document.
        second_document: the place where a second document begins, if there is one.
        metricsql: the place of the first assertions that only vmalert-tool reads (``metricsql_expr_test``), if any.
    """

    path: str
    rule_files: tuple[RuleFileEntry, ...]
    evaluation_interval: timedelta
    group_eval_order: tuple[str, ...]
    tests: tuple[UnitTest, ...]
    problems: tuple[Problem, ...]
    document: YamlDocument
    second_document: Position | None = None
    metricsql: Position | None = None


def read_unit(text: str, path: str) -> UnitFile:
    """Read a test file. Parts that are missing or have another shape are left out."""
    documents = parse_documents(text, path) or (parse(text, path),)
    second = documents[1].position(()) if len(documents) > 1 else None
    return replace(_Reader(documents[0]).file(path), problems=documents[-1].problems, second_document=second)


def is_unit(content: object) -> bool:
    """Return true if the content of a YAML file is a promtool test, and not a server's configuration."""
    if not isinstance(content, dict):
        return False
    tests = content.get("tests")
    asserting = isinstance(tests, list) and any(isinstance(test, dict) and _TEST_KEYS & test.keys() for test in tests)
    return asserting or ("rule_files" in content and not _SERVER_KEYS & content.keys())


class _Reader:
    """A walk through one document."""

    def __init__(self, document: YamlDocument) -> None:
        self._document = document

    def file(self, path: str) -> UnitFile:
        """Read the whole file."""
        entries = tuple(
            RuleFileEntry(pattern, self._document.position(loc), loc)
            for loc, pattern in ((loc, self._text(loc)) for loc in self._document.items(("rule_files",)))
            if pattern
        )
        return UnitFile(
            path,
            entries,
            self._duration(("evaluation_interval",)) or DEFAULT_INTERVAL,
            tuple(self._text(loc) for loc in self._document.items(("group_eval_order",))),
            tuple(self._test(loc) for loc in self._document.items(("tests",))),
            self._document.problems,
            self._document,
            metricsql=next(self._metricsql(), None),
        )

    def _metricsql(self) -> Iterator[Position]:
        for loc in self._document.items(("tests",)):
            test = self._document.at(loc)
            if isinstance(test, dict) and "metricsql_expr_test" in test:
                yield self._document.key_position((*loc, "metricsql_expr_test"))

    def _test(self, loc: Loc) -> UnitTest:
        return UnitTest(
            self._text((*loc, "name")),
            self._duration((*loc, "interval")) or timedelta(0),
            tuple(self._series(at) for at in self._document.items((*loc, "input_series"))),
            tuple(self._alert(at) for at in self._document.items((*loc, "alert_rule_test"))),
            tuple(self._expression(at) for at in self._document.items((*loc, "promql_expr_test"))),
            self._document.position(loc),
            loc,
        )

    def _series(self, loc: Loc) -> InputSeries:
        where = self._document.position((*loc, "series"))
        return InputSeries(self._text((*loc, "series")), self._text((*loc, "values")), where)

    def _alert(self, loc: Loc) -> AlertAssertion:
        expected = tuple(
            ExpectedAlert(self._document.texts((*at, "exp_labels")), self._document.texts((*at, "exp_annotations")))
            for at in self._document.items((*loc, "exp_alerts"))
        )
        at = self._duration((*loc, "eval_time")) or timedelta(0)
        return AlertAssertion(self._text((*loc, "alertname")), at, expected, self._document.position(loc), loc)

    def _expression(self, loc: Loc) -> ExpressionAssertion:
        expected = tuple(
            ExpectedSample(self._text((*at, "labels")), self._text((*at, "value")) or "0")
            for at in self._document.items((*loc, "exp_samples"))
        )
        at = self._duration((*loc, "eval_time")) or timedelta(0)
        return ExpressionAssertion(self._text((*loc, "expr")), at, expected, self._document.position(loc), loc)

    def _text(self, loc: Loc) -> str:
        return "" if self._document.at(loc) is None else self._document.text(loc) or ""

    def _duration(self, loc: Loc) -> timedelta | None:
        try:
            return parse_duration(self._text(loc))
        except ValueError:
            return None
