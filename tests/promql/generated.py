"""PromQL texts made at random from a seed. Some follow the grammar with its newest syntax, and some are spoiled."""

from __future__ import annotations

import random
from collections.abc import Iterator

from gonogo.promql.types import AGGREGATIONS, FUNCTIONS, Type

_NAMES = (
    *(
        "up",
        "x",
        "job:up:sum",
        ":a",
        "http_requests_total",
        "sum",
        "by",
        "offset",
        "start",
        "step",
        "range",
        "anchored",
    ),
    *(
        "smoothed",
        "fill",
        "fill_left",
        "and",
        "or",
        "unless",
        "min_of",
        "group",
        "topk",
        "Sum",
        "infinity",
        "rate",
        "time",
    ),
    *("without", "limitk", "le"),
)
_ODD_NAMES = ("on", "bool", "inf", "NaN", "atan2", "group_left", "http.requests", "größe", "a.b", "x²")
_LABELS = (
    "job",
    "le",
    "a",
    "by",
    "on",
    "bool",
    "sum",
    "offset",
    "start",
    "anchored",
    "and",
    "atan2",
    "__name__",
    "ignoring",
)
_ODD_LABELS = ('"service.name"', "'x'", "without", "a:b", "inf", "service.name", '""', "1a")
_VALUES = (
    '"api"',
    '""',
    "'b'",
    "`c\\d`",
    '"\\n\\x41"',
    '"\\u00e9"',
    '"a\\"b"',
    '"é"',
    '"5.."',
    "'.*'",
    '".+"',
    '"a|b"',
)
_ODD_VALUES = (
    '"\\xff"',
    '"\\q"',
    "'\\\"'",
    '"a\nb"',
    "`a\nb`",
    '"\\400"',
    '"\\ud800"',
    '"a',
    "5",
    '"\\U0010ffff"',
    '"\\8"',
)
_PATTERNS = (
    *(
        '"a.*"',
        '".+"',
        '".*"',
        '"(a|b)?c"',
        '"[a-z]{2,3}"',
        '"^x$"',
        '"(?i)abc"',
        '"\\\\d+"',
        '"a{1001}"',
        '"a**"',
        '"(a"',
    ),
    *(
        '"[z-a]"',
        '"(?P<n>a)"',
        '"(?!a)"',
        '"\\\\p{L}"',
        '"x{,3}"',
        '"|"',
        '"a||b"',
        '"(a{30}){40}"',
        '"[[:alpha:]]"',
        '"\\\\Qa.b\\\\E"',
    ),
    *(
        '"a+?"',
        '"*"',
        '"[]"',
        '"[]a]"',
        '"\\\\"',
        '"(?:)"',
        '"\\\\b"',
        '"()*"',
        '"a{3,1}"',
        '"[[:no:]]"',
        '"\\\\1"',
        '"\\\\x{61}"',
        '")"',
    ),
    *(
        '"(?s-i:a)"',
        '"(?i)*"',
        '"x*{2}"',
        '"[a\\\\-z]"',
        '"[--a]"',
        '"\\\\C"',
        '"a{2}{3}"',
        '"(a{0}){2000}"',
        '"[^]"',
        '"\\\\pL"',
    ),
)
_NUMBERS = (
    "1",
    "0",
    "0.5",
    ".5",
    "1e3",
    "1E-3",
    "0x1F",
    "0755",
    "08",
    "1_000",
    "1_0.5",
    "2.",
    "inf",
    "NaN",
    "+Inf",
    "5m",
    "1h30m",
    "1d",
    "300",
)
_ODD_NUMBERS = (
    "0xfe",
    "0x1e",
    "0xee",
    "1__0",
    "1_",
    "1.5.2",
    "1e",
    "0x",
    "1e999",
    "5mm",
    "1m1h",
    "5m5m",
    "300y",
    "1e1e",
    "0b1",
    "9223372036854775808",
    "0x1e+1",
    "0x8000000000000000",
    "0_7",
    "0_8",
    "1e1_0",
    "1_e1",
    "٣",
)
_DURATIONS = ("5m", "1h30m", "30s", "1d", "1w", "1y2w", "1500ms", "10s", "1m", "2h")
_ODD_DURATIONS = (
    "300",
    "0.5",
    "1e2",
    "1_000",
    "0",
    "0s",
    "0x10",
    "1.5h",
    "5",
    "m",
    "292y",
    "293y",
    "1e20",
    "-5m",
    "+5m",
    "0.0005",
)
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_ARITHMETIC = ("+", "-", "*", "/", "%", "^", "atan2")
_SETS = ("and", "or", "unless")
_TRIMS = ("</", ">/")
_SPOILERS: tuple[str, ...] = (
    *"()[]{},=~!<>@#:;$?\\'\"`+-*/%^. \n\r\t\f|&_0a",
    *(
        "offset",
        "bool",
        "by",
        "on",
        "sum",
        "5m",
        "[5m]",
        "@",
        "rate",
        "and",
        "fill",
        "anchored",
        "step()",
        '"x"',
        "é",
        "\ufffd",
        "group_left",
    ),
)


class Maker:
    """A maker of texts. The same seed gives the same texts."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - tests want the same texts again, not secrets

    def text(self) -> str:
        """Make one text. One text in four is spoiled."""
        text = self.expression(
            self._random.choice((1, 2, 2, 3, 3, 4)), self._random.choice(list(Type)[:3] + [Type.VECTOR] * 5)
        )
        for _ in range(self._random.choice((0, 0, 0, 0, 0, 0, 1, 1, 2))):
            text = self._spoiled(text)
        return text

    def _maybe(self, chance: float) -> bool:
        return self._random.random() < chance

    def _one(self, usual: tuple[str, ...], odd: tuple[str, ...] = (), chance: float = 0.03) -> str:
        return self._random.choice(odd if odd and self._maybe(chance) else usual)

    def _gap(self) -> str:
        return (
            self._random.choice(("", "", "", " ", " ", " ", "  ", "\n", "\t", " # c]}\n")) if self._maybe(0.3) else " "
        )

    def _case(self, word: str) -> str:
        return self._random.choice((word.upper(), word.title())) if self._maybe(0.05) else word

    def expression(self, depth: int, wanted: Type) -> str:
        """Make an expression of a type, or sometimes of another type."""
        if self._maybe(0.02):
            wanted = self._random.choice(list(Type))
        made = {
            Type.SCALAR: self._scalar,
            Type.STRING: lambda _: self._one(_VALUES, _ODD_VALUES),
            Type.VECTOR: self._vector,
            Type.MATRIX: self._matrix,
        }[wanted](depth)
        return f"({self._gap()}{made}{self._gap()})" if self._maybe(0.12) else made

    def _scalar(self, depth: int) -> str:
        kind = self._random.random() if depth > 0 else 0
        if kind < 0.5:
            return self._one(_NUMBERS, _ODD_NUMBERS, 0.06)
        if kind < 0.6:
            return self._random.choice("+-") + self.expression(depth - 1, Type.SCALAR)
        if kind < 0.8:
            return self._call(depth, Type.SCALAR)
        operator = self._random.choice(_ARITHMETIC + _COMPARISONS)
        bool_word = " bool" if operator in _COMPARISONS and self._maybe(0.9) else ""
        left, right = self.expression(depth - 1, Type.SCALAR), self.expression(depth - 1, Type.SCALAR)
        return f"{left} {operator}{bool_word} {right}"

    def _vector(self, depth: int) -> str:
        kind = self._random.random() if depth > 0 else 0
        if kind < 0.3:
            return self._moved(self._selector())
        if kind < 0.5:
            return self._call(depth, Type.VECTOR)
        if kind < 0.65:
            return self._aggregation(depth)
        if kind < 0.7:
            return self._random.choice("+-") + self._gap() + self.expression(depth - 1, Type.VECTOR)
        return self._binary(depth)

    def _selector(self) -> str:
        braces = self._braces() if self._maybe(0.5) else ""
        name = "" if braces and self._maybe(0.2) else self._one(_NAMES, _ODD_NAMES)
        return name + (self._gap() if self._maybe(0.1) else "") + braces

    def _braces(self) -> str:
        found = [self._matcher() for _ in range(self._random.choice((0, 1, 1, 1, 2, 2, 3)))]
        comma = "," if found and self._maybe(0.1) else ""
        return "{" + self._gap() + ("," + self._gap()).join(found) + comma + "}"

    def _matcher(self) -> str:
        if self._maybe(0.06):
            return self._one(_VALUES)
        operator = self._random.choice(("=", "=", "!=", "=~", "!~"))
        value = self._one(_PATTERNS, _VALUES) if "~" in operator else self._one(_VALUES, _ODD_VALUES)
        return f"{self._one(_LABELS[:3], _LABELS + _ODD_LABELS, 0.15)}{self._gap()}{operator}{self._gap()}{value}"

    def _moved(self, text: str) -> str:
        for _ in range(self._random.choice((0, 0, 0, 0, 0, 0, 1, 1, 2))):
            text += self._random.choice((self._offset, self._at, self._offset, self._at, self._extended))()
        return text

    def _offset(self) -> str:
        if self._maybe(0.3):
            return f" {self._case('offset')} {self._random.choice(('', '-', '-', '+', '--'))}{self._arithmetic(1)}"
        sign = self._random.choice(("", "", "-", "+"))
        return f" {self._case('offset')}{self._gap()} {sign}{self._one(_DURATIONS, _ODD_DURATIONS, 0.2)}"

    def _at(self) -> str:
        time = self._random.choice(
            ("start()", "end()", "1609746000", "-5", "+1.5", "5m", "inf", "END()", "start( )", "1e19", "10.0005")
        )
        return f"{self._gap()}@{self._gap()}{time}"

    def _extended(self) -> str:
        return self._random.choice((" anchored", " smoothed", " ANCHORED"))

    def _arithmetic(self, depth: int) -> str:
        kind = self._random.random() if depth > 0 else 0
        if kind < 0.4:
            return self._one(_DURATIONS, (*_ODD_DURATIONS, "step()", "range()", "STEP( )"), 0.3)
        if kind < 0.5:
            return self._random.choice("+-") + self._arithmetic(depth - 1)
        if kind < 0.65:
            return f"({self._arithmetic(depth - 1)})"
        if kind < 0.75:
            word = self._random.choice(("min_of", "max_of", "MIN_OF", "min", "max"))
            return f"{word}({self._arithmetic(depth - 1)}, {self._arithmetic(depth - 1)})"
        operator = f"{self._gap()}{self._random.choice('+-*/%^')}{self._gap()}"
        return f"{self._arithmetic(depth - 1)}{operator}{self._arithmetic(depth - 1)}"

    def _length(self) -> str:
        return self._arithmetic(2) if self._maybe(0.15) else self._one(_DURATIONS, _ODD_DURATIONS)

    def _matrix(self, depth: int) -> str:
        if depth < 1 or self._maybe(0.7):
            selector = self._moved(self._selector()) if self._maybe(0.05) else self._selector()
            text = f"{selector}[{self._length()}]"
        else:
            inner = self.expression(depth - 1, Type.VECTOR)
            step = self._length() if self._maybe(0.6) else ""
            inner = inner if self._maybe(0.2) else f"({inner})"
            text = f"{inner}[{self._length()}{self._gap()}:{self._gap()}{step}]"
        return self._moved(text)

    def _call(self, depth: int, wanted: Type) -> str:
        names = [name for name, signature in FUNCTIONS.items() if signature.returns is wanted]
        name = self._random.choice(names) if self._maybe(0.99) else self._random.choice(list(FUNCTIONS)).upper()
        signature = FUNCTIONS[name.lower()]
        count = self._random.randint(signature.fewest, min(signature.most, signature.fewest + 2))
        if self._maybe(0.03):
            count = self._random.randint(0, 4)
        last = len(signature.takes) - 1
        given = [
            self.expression(depth - 1, signature.takes[min(place, last)] if last >= 0 else Type.SCALAR)
            for place in range(count)
        ]
        if name == "info" and count > 1 and self._maybe(0.8):
            given[1] = self._braces()
        comma = "," if self._maybe(0.01) else ""
        return f"{name}{self._gap() if self._maybe(0.1) else ''}({', '.join(given)}{comma})"

    def _labels(self) -> str:
        found = [self._one(_LABELS[:3], _LABELS + _ODD_LABELS, 0.15) for _ in range(self._random.choice((0, 1, 1, 2)))]
        return f"({self._gap()}{', '.join(found)}{',' if found and self._maybe(0.1) else ''})"

    def _aggregation(self, depth: int) -> str:
        name = self._random.choice(list(AGGREGATIONS))
        parameter = AGGREGATIONS[name]
        given = [] if parameter is None else [self.expression(depth - 1, parameter)]
        given.append(self.expression(depth - 1, Type.VECTOR))
        if self._maybe(0.02):
            given = given[1:] or [*given, "1"]
        grouping = f"{self._gap()}{self._case(self._random.choice(('by', 'without')))}{self._gap()}{self._labels()}"
        before, behind = self._random.choice((("", ""), (grouping, ""), ("", grouping)))
        return f"{self._case(name)} {before}({', '.join(given)}){behind}"

    def _binary(self, depth: int) -> str:
        operator = self._random.choice(_ARITHMETIC + _COMPARISONS * 2 + _SETS * 2 + _TRIMS)
        kinds = (Type.VECTOR, Type.VECTOR) if operator in _SETS or self._maybe(0.6) else (Type.VECTOR, Type.SCALAR)
        left, right = (self.expression(depth - 1, kind) for kind in (kinds if self._maybe(0.5) else kinds[::-1]))
        words = [self._case(operator)]
        if operator in _COMPARISONS and self._maybe(0.3):
            words.append(self._case("bool"))
        if self._maybe(0.4 if kinds[1] is Type.VECTOR else 0.05):
            words.append(f"{self._case(self._random.choice(('on', 'ignoring')))}{self._gap()}{self._labels()}")
            if self._maybe(0.4 if operator not in _SETS else 0.05):
                words.append(self._case(self._random.choice(("group_left", "group_right"))))
                words += [self._labels()] if self._maybe(0.6) else []
        if self._maybe(0.08):
            words += [f"{self._case(word)}({self._one(('0', '-1', '+2', '1e3', '5m'))})" for word in self._fills()]
        return f"{left} {' '.join(words)} {right}"

    def _fills(self) -> tuple[str, ...]:
        found: tuple[tuple[str, ...], ...] = (
            *(("fill",), ("fill_left",), ("fill_right", "fill_left"), ("fill_left", "fill_right")),
            ("fill", "fill_left"),
        )
        chosen: tuple[str, ...] = self._random.choice(found)
        return chosen

    def _spoiled(self, text: str) -> str:
        at = self._random.randrange(len(text) + 1)
        kind = self._random.random()
        if kind < 0.35:
            return text[:at] + text[at + self._random.choice((1, 1, 2, 5)) :]
        if kind < 0.8:
            return text[:at] + self._random.choice(_SPOILERS) + text[at:]
        other = self._random.randrange(len(text) + 1)
        low, high = sorted((at, other))
        return text[:high] + text[low:] if kind < 0.9 else text[:low] + text[high:]


def texts(count: int, seed: int = 0) -> Iterator[str]:
    """Make texts, each from a number of its own, so that a single text can be made again."""
    return (Maker(seed * 1_000_003 + number).text() for number in range(count))
