"""Finds assertions of "nothing" that can never fail, because their alert or expression has no data at that time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from gonogo.durations import format_duration
from gonogo.errors import Position
from gonogo.formats.test_file import UnitTest
from gonogo.model.rule import Rule
from gonogo.ruletests.core.input_values import Window
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.possible_series import NOTHING, PossibleSeries


class Quiet(Struct, frozen=True):
    """An assertion of "nothing": no alert fires, or an expression has no samples.

    Attributes:
        test: the test of the assertion.
        where: the place of the assertion.
        at: the time of the assertion.
        about: the name of the alert, or the expression.
        rules: the rules of the alert; none if the assertion is about an expression.
    """

    test: UnitTest
    where: Position
    at: timedelta
    about: str
    rules: tuple[Rule, ...] = ()

    @property
    def text(self) -> str:
        """The assertion in words."""
        what = f"no alert is expected of {self.about!r}" if self.rules else "no samples are expected"
        return f"{what} at {format_duration(self.at)}"

    @property
    def expressions(self) -> tuple[str, ...]:
        """The expressions that the assertion depends on."""
        return tuple(rule.expression for rule in self.rules) or (self.about,)

    def has_data(self, possible: PossibleSeries) -> bool:
        """Return True if the alert or the expression can have data at the time of the assertion."""
        if self.rules:
            return any(possible.of_alert(rule, self.at) != NOTHING for rule in self.rules)
        return possible.of(self.about, Window.at(self.at)) != NOTHING

    def had_data(self, possible: PossibleSeries, until: timedelta) -> bool:
        """Return True if the alert or the expression can have had data at some time up to ``until``."""
        return any(possible.of(one, Window.at(until).from_ever()) != NOTHING for one in self.expressions)


def quiet(loaded: Loaded) -> Iterator[Quiet]:
    """Yield the assertions of "nothing", except those of alerts that no rule raises."""
    for test in loaded.unit.tests:
        for alert in test.alerts:
            if not alert.expected and (rules := loaded.alerts.get(alert.alertname, ())):
                yield Quiet(test, alert.where, alert.at, alert.alertname, rules)
        yield from (Quiet(test, one.where, one.at, one.expression) for one in test.expressions if not one.expected)


def seen_with_data(loaded: Loaded, one: Quiet) -> bool:
    """Return True if an assertion of the file is about the same alert or expression at a time with data."""
    if one.rules and any(_expects(loaded, test, one) for test in loaded.unit.tests):
        return True
    return any(one.had_data(PossibleSeries(loaded, test), at) for test, at in _times(loaded, one))


def _expects(loaded: Loaded, test: UnitTest, one: Quiet) -> bool:
    """Return True if an assertion expects the alert to fire, or an expression that reads the alert to have samples."""
    if any(alert.expected for alert in test.alerts if alert.alertname == one.about):
        return True
    texts = (other.expression for other in test.expressions if other.expected and "ALERTS" in other.expression)
    return any(maker is rule for text in texts for maker in loaded.makers(text) or () for rule in one.rules)


def _times(loaded: Loaded, one: Quiet) -> Iterator[tuple[UnitTest, timedelta]]:
    """Yield each test with the latest time of its assertions: of the same alert, or of any if it is an expression."""
    for test in loaded.unit.tests:
        if one.rules:
            times = [alert.at for alert in test.alerts if alert.alertname == one.about]
        else:
            times = [test.last] if test.assertions else []
        if times:
            yield test, max(times)
