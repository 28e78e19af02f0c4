"""The grammar of PromQL.

The parser is a recursive descent over the tokens, and reads operators by precedence. It accepts every expression that
some version of Prometheus from 2.42 to 3.16 accepts. ``needs`` says which version an expression needs. After the
grammar, ``types`` checks the tree. Source: Prometheus, ``promql/parser/generated_parser.y`` and ``parse.go``.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping

from gonogo.model.promql_features import AGGREGATIONS as AGGREGATION_FEATURES
from gonogo.model.promql_features import FUNCTIONS as FUNCTION_FEATURES
from gonogo.model.promql_features import OPERATORS, Feature
from gonogo.promql.braces import Selection, selection
from gonogo.promql.cursor import Cursor
from gonogo.promql.lexer import BRACES, BRACKETS, NUMBER_TOKEN, STRING, WORD
from gonogo.promql.literals import name_features
from gonogo.promql.postfix import MODIFIERS, Fill, modified, modifiers
from gonogo.promql.refusal import Refusal, Unjudged, placed
from gonogo.promql.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Labels,
    Negation,
    Number,
    Text,
    Vector,
)
from gonogo.promql.types import AGGREGATIONS, FUNCTIONS, Type, check, type_of

DEEPEST = 200
"""The deepest nesting of parentheses, calls and signs. Python's stack ends at about four times this depth."""

_UNARY, _POWER = 6, 7
_LEVELS: Mapping[str, int] = {
    "or": 1,
    **dict.fromkeys(("and", "unless"), 2),
    **dict.fromkeys(("==", "!=", "<=", "<", ">=", ">", "</", ">/"), 3),
    **dict.fromkeys(("+", "-"), 4),
    **dict.fromkeys(("*", "/", "%", "atan2"), 5),
    "^": _POWER,
}
_SETS = frozenset({"and", "or", "unless"})
_NO_METRIC = frozenset({"bool", "on", "ignoring", "group_left", "group_right", "atan2"})
_NUMBERS = frozenset({"inf", "nan"})
_GROUPINGS = frozenset({"by", "without"})
_EXPRESSION = "an expression"


def tree_of(text: str) -> Expression:
    """Read an expression.

    Raises:
        Unjudged: a server may be able to read the text, but gonogo cannot. The message says why.
        Refusal: no version of Prometheus reads the text. The message says why, and the offsets say where.
    """
    parser = _Parser(text)
    tree = parser.expression(1, 0)
    parser.finish()
    check(tree)
    return tree


class _Parser(Cursor):
    """A reader of expressions."""

    __slots__ = ()

    def expression(self, level: int, depth: int) -> Expression:
        """Read operands and the operators between them, while the operators bind at least as strongly as ``level``."""
        left = self.operand(depth)
        words, levels = self.words, _LEVELS
        while True:
            word = words[self.at]
            binds = levels.get(word)
            if binds is None and self.kinds[self.at] == WORD:
                word = word.lower()
                binds = levels.get(word)
            if binds is None or binds < level:
                return left
            start = self.starts[self.at]
            self.at += 1
            left = self.binary(word, start, left, binds, depth)

    def binary(self, operator: str, start: int, left: Expression, binds: int, depth: int) -> Binary:
        """Read the modifiers and the right operand of an operator."""
        boolean, matching, group = False, None, None
        fill: Fill = (None, None)
        needs: tuple[Feature, ...] = ()
        if self.kinds[self.at] == WORD and self.lower() in MODIFIERS:
            boolean, matching, group, fill, needs = modifiers(self)
        right = self.expression(binds if binds == _POWER else binds + 1, depth + 1 if binds == _POWER else depth)
        if matching is not None or group is not None:
            if operator in _SETS and group is not None:
                raise Refusal(f"{operator} takes no {group.word}", start, start + len(operator))
            if type_of(left) is not Type.VECTOR or type_of(right) is not Type.VECTOR:
                if matching is not None and matching.names:
                    message = f"{matching.word} needs an instant vector on both sides"
                    raise Refusal(message, start, start + len(operator))
                matching = group = None
        if operator in OPERATORS:
            needs += (OPERATORS[operator],)
        end = start + len(operator)
        return Binary(operator, left, right, boolean, matching, group, fill, start=start, end=end, needs=needs)

    def operand(self, depth: int) -> Expression:
        """Read one operand, with the signs before it and the modifiers after it."""
        at = self.at
        kind, word, start = self.kinds[at], self.words[at], self.starts[at]
        if depth > DEEPEST:
            message = f"more than {DEEPEST} operations are nested here; record parts of the expression by other rules"
            raise Unjudged(message, start, start + len(word))
        node: Expression
        if kind == WORD:
            node = self.named(word, start, depth)
        elif kind == BRACES:
            self.at = at + 1
            node = self.vector(None, start, placed(selection, word, start), start + len(word), ())
        elif kind == NUMBER_TOKEN:
            node = self.number()
        elif kind == STRING:
            node = Text(self.string(), start=start, end=start + len(word))
        elif word == "(":
            self.at = at + 1
            node = self.expression(1, depth + 1)
            self.take(")")
            if self.kinds[self.at] in _POSTFIX or self.words[self.at] == "@":
                return modified(self, node, start, closed=True)
            return node
        elif word in {"-", "+"}:
            self.at = at + 1
            return signed(word, self.expression(_UNARY, depth + 1), start)
        else:
            self.expected(_EXPRESSION)
        if self.kinds[self.at] in _POSTFIX or self.words[self.at] == "@":
            return modified(self, node, start, closed=False)
        return node

    def named(self, word: str, start: int, depth: int) -> Expression:
        """Read an operand that begins with a word: a call, an aggregation, a selector, or the number Inf or NaN."""
        following = self.words[self.at + 1]
        if following == "(":
            if (lower := word.lower()) in AGGREGATIONS:
                return self.aggregation(lower, start, depth)
            return self.call(word, start, depth)
        lower = word.lower()
        if lower in AGGREGATIONS and following.lower() in _GROUPINGS and self.kinds[self.at + 1] == WORD:
            return self.aggregation(lower, start, depth)
        if lower in _NUMBERS:
            return self.number()
        if lower in _NO_METRIC:
            self.expected(_EXPRESSION)
        self.at += 1
        needs = placed(name_features, word, start)
        end = start + len(word)
        if self.kinds[self.at] != BRACES:
            return Vector(word, (), start=start, end=end, needs=needs)
        braces, begin = self.words[self.at], self.starts[self.at]
        self.at += 1
        return self.vector(word, start, placed(selection, braces, begin), begin + len(braces), needs)

    def vector(self, metric: str | None, start: int, found: Selection, end: int, needs: tuple[Feature, ...]) -> Vector:
        """Return the selector of a name and braces."""
        if metric is not None and found.names:
            raise Refusal("the metric's name is given twice, before the braces and in them", start, end)
        if metric is None:
            metric = found.metric
        return Vector(metric, found.matchers, start=start, end=end, needs=found.needs + needs)

    def arguments(self, depth: int) -> tuple[Expression, ...]:
        """Read expressions in parentheses, with commas between them."""
        self.take("(")
        if self.words[self.at] == ")":
            self.at += 1
            return ()
        found = [self.expression(1, depth + 1)]
        while self.words[self.at] == ",":
            self.at += 1
            found.append(self.expression(1, depth + 1))
        if self.words[self.at] != ")":
            self.expected("',' or ')'")
        self.at += 1
        return tuple(found)

    def call(self, function: str, start: int, depth: int) -> Call:
        """Read a call of a function."""
        end = start + len(function)
        if function not in FUNCTIONS:
            raise Refusal(f"there is no function {function}", start, end)
        self.at += 1
        arguments = self.arguments(depth)
        if function == "info" and len(arguments) > 1 and not self._is_selection(arguments[1]):
            message = "the second argument of info must be a list of label matchers in braces"
            raise Refusal(message, arguments[1].start, arguments[1].end)
        needs = (FUNCTION_FEATURES[function],) if function in FUNCTION_FEATURES else ()
        return Call(function, arguments, start=start, end=end, needs=needs)

    def _is_selection(self, node: Expression) -> bool:
        """Return true if an argument is written as braces alone, without parentheses around them."""
        at = bisect_left(self.starts, node.start)
        return isinstance(node, Vector) and self.kinds[at] == BRACES and self.words[at - 1] == ","

    def aggregation(self, operator: str, start: int, depth: int) -> Aggregation:
        """Read an aggregation, with its labels before or after the parentheses."""
        end = start + len(operator)
        needs: list[Feature] = []
        self.at += 1
        grouping = self.grouping(needs)
        found = self.arguments(depth)
        if grouping is None:
            grouping = self.grouping(needs)
        parameter_type = AGGREGATIONS[operator]
        takes = 1 if parameter_type is None else 2
        if len(found) != takes:
            raise Refusal(f"{operator} takes {takes} argument{'s' * (takes - 1)}, not {len(found)}", start, end)
        parameter = None if parameter_type is None else found[0]
        if grouping is not None and grouping.word == "by" and not grouping.names:
            grouping = None
        needs += [AGGREGATION_FEATURES[operator]] if operator in AGGREGATION_FEATURES else []
        return Aggregation(operator, found[-1], grouping, parameter, start=start, end=end, needs=tuple(needs))

    def grouping(self, needs: list[Feature]) -> Labels | None:
        """Read ``by`` or ``without`` with its labels, or return ``None`` if neither begins here."""
        if (word := self.lower()) not in _GROUPINGS:
            return None
        self.at += 1
        return Labels(word, self.labels(needs))


_POSTFIX = frozenset({BRACKETS, WORD})


def signed(sign: str, inner: Expression, start: int) -> Expression:
    """Return an expression with a sign before it. A plus adds no node."""
    if type_of(inner) not in {Type.SCALAR, Type.VECTOR}:
        message = f"a sign can only stand before a scalar or an instant vector, not before a {type_of(inner)}"
        raise Refusal(message, start, start + 1)
    if sign == "+":
        return inner
    if isinstance(inner, Number):
        value = math.nan if math.isnan(inner.value) else -inner.value
        return Number(value, start=start, end=inner.end, needs=inner.needs)
    return Negation(inner, start=start, end=start + 1)
