"""Changes of PromQL, token by token: other words, other order, deeper nesting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from gonogo.promql.lexer import tokens
from tests.soak.fuzz.text_mutators import DURATIONS, NUMBERS, change_character, flip_bytes, put_character

PromqlMutator = Callable[[str, Random, Sequence[str]], str]
"""Changes an expression by chance; others are there to take parts from."""

WORDS = (
    *("sum", "topk", "quantile", "count_values", "group", "by", "without", "on", "ignoring", "group_left", "bool"),
    *("and", "or", "unless", "atan2", "offset", "rate", "increase", "absent", "absent_over_time", "vector", "scalar"),
    *("time", "label_replace", "label_join", "histogram_quantile", "holt_winters", "predict_linear", "clamp", "Inf"),
    *("NaN", "start()", "end()", "{}", '{__name__=~".+"}', '{a="b"}', '{"x y"="z"}', "[5m]", "[5m:]", "[1h:1m]"),
    *("@", "@ -1", "@ 1e30", "@ 9999999999999", "==", "!=", "=~", "!~", ">", "<=", "+", "-", "*", "/", "%", "^", ","),
    *("(", ")", "{", "}", "[", "]", '"', "'", "`", "\\", "#", "\n", "up", "x:y:z", "ALERTS", "le", "0", "1e3", "0x1F"),
    *("fill(0)", "fill_left(1)", "smoothed", "anchored", '"\\xff"', '"\\u0000"', "'\\777'", "count", "5m", ":"),
)
_NESTINGS = (
    *("({})", "-({})", "sum({})", "abs({})", "({})[5m:1m]", "rate(({})[5m:])", "sum by (a) ({})", "{} or ({})"),
    *("({}) > bool 0", "topk(3, {})", "label_replace({}, 'a', '$1', 'b', '(.*)')", "absent({})", "({}) and on (a) up"),
    *("max_over_time(({})[99y:1s] offset 99y)", "({}) offset 5m", "{}[5m]", "{} @ end()", "+{}", "vector(scalar({}))"),
)
_DEEPEST = 300


def swap_tokens(text: str, chance: Random, _: Sequence[str]) -> str:
    """Exchange two tokens."""
    words = _words(text)
    one, other = chance.randrange(len(words)), chance.randrange(len(words))
    words[one], words[other] = words[other], words[one]
    return " ".join(words)


def drop_token(text: str, chance: Random, _: Sequence[str]) -> str:
    """Leave out a token."""
    words = _words(text)
    del words[chance.randrange(len(words))]
    return " ".join(words)


def change_token(text: str, chance: Random, _: Sequence[str]) -> str:
    """Put another word in the place of a token."""
    words = _words(text)
    words[chance.randrange(len(words))] = chance.choice((*WORDS, *NUMBERS, *DURATIONS))
    return " ".join(words)


def put_token(text: str, chance: Random, _: Sequence[str]) -> str:
    """Put in a word."""
    words = _words(text)
    words.insert(chance.randrange(len(words) + 1), chance.choice(WORDS))
    return chance.choice((" ", " ", "")).join(words)


def cross(text: str, chance: Random, others: Sequence[str]) -> str:
    """Put some tokens of another expression in the place of some."""
    words, theirs = _words(text), _words(chance.choice(others))
    first, begin = chance.randrange(len(words)), chance.randrange(len(theirs))
    last, end = chance.randint(first, len(words)), chance.randint(begin, len(theirs))
    return " ".join([*words[:first], *theirs[begin:end], *words[last:]])


def join(text: str, chance: Random, others: Sequence[str]) -> str:
    """Make an operation of two expressions."""
    operator = chance.choice(
        ("+", "> bool", "and on (job)", "or", "/ ignoring (x) group_left (y)", "unless", "== on ()")
    )
    return f"({text}) {operator} ({chance.choice(others)})"


def nest(text: str, chance: Random, _: Sequence[str]) -> str:
    """Put the expression into one or more operations."""
    for _level in range(chance.choice((1, 1, 2, 4))):
        text = chance.choice(_NESTINGS).replace("{}", text)
    return text


def nest_deep(text: str, chance: Random, _: Sequence[str]) -> str:
    """Put the expression into the same operation many times."""
    form = chance.choice(_NESTINGS)
    for _level in range(chance.randint(10, _DEEPEST) if form.count("{}") == 1 else chance.randint(2, 6)):
        text = form.replace("{}", text)
    return text


def chain(text: str, chance: Random, _: Sequence[str]) -> str:
    """Repeat the expression with an operator between."""
    operator = chance.choice(("+", "-", "^", " or ", " and ", " > bool ", ",", " @ 1 ", " offset 5m ", "[5m:]", "/"))
    return operator.join([text if chance.random() < 0.5 else "x"] * chance.randint(10, _DEEPEST))


def as_text(text: str, chance: Random, _: Sequence[str]) -> str:
    """Change the expression as a plain text."""
    return chance.choice((flip_bytes, put_character, change_character))(text, chance)


def _words(text: str) -> list[str]:
    return [word for word in tokens(text).texts if word] or ["x"]


PROMQL_MUTATORS: tuple[PromqlMutator, ...] = (
    *(swap_tokens, drop_token, change_token, change_token, put_token, put_token, cross, cross, join, nest),
    *(as_text, as_text),
)
DEEPENING: tuple[PromqlMutator, ...] = (nest_deep, chain)
