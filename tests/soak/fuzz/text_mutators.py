"""Changes of a text without knowledge of its meaning, or only with the knowledge that it is YAML."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

TextMutator = Callable[[str, Random], str]
"""Changes a text by chance."""

ODD: tuple[str, ...] = (
    *"\0\t\r\n\x0b\x1b\x1c\x7f\x85\xa0\xad\u0301\u200b\u200f\u2028\u2029\u202e\u3000\ud7ff\ue000\ufeff\ufffe\uffff",
    *"ßİıſΩ中é٣²½\U0001f4a5\U000e0001\U0010ffff",
)
"""Characters that are control characters, blanks, breaks, or digits and letters of some kind only."""
SYNTAX: tuple[str, ...] = tuple("\"'`\\{}[]()<>|&*!%@#,:;?-+=~/^$._0123456789 \n\t")
NUMBERS = (
    *("0", "-1", "1e999", "-0.0", "9" * 400, "9" * 5000, "1e-400", "0x7fffffffffffffff", "18446744073709551616"),
    *(".inf", "NaN", "1_000", "00", "٣", "²", "0x", "1.2.3"),
)
DURATIONS = ("0", "1ms", "99y", "200y", "9999999999y", "1m1h", "-5m", "1e5s", "9" * 30 + "d", "9" * 5000 + "s")
YAML = (
    *("&a ", "*a", "&a [*a, *a]", "<<: *a", "<<: [*a, {x: 1}]", "!!str ", "!!binary ", "!!python/object:x ", "!x "),
    *("---\n", "...\n", "%YAML 1.1\n", "%TAG ! !x\n", "? ", "? [a]\n: b\n", "|2-\n", ">+\n", "|\n", "~", "null"),
    *("{", "}", "[", "]", "[]", "{}", "''", '""', "# gonogo: disable=x\n", " # gonogo: disable-file=no-comparison y"),
    *("true", "yes", "2026-01-01", "groups:\n", "kind: PrometheusRule\n", "kind: List\nitems:\n- ", "tests:\n"),
)
_WORD = re.compile(r"[\w.:]+|\s+|.", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DURATION = re.compile(r"\b\d+(?:ms|[ywdhms])\b")
_MOST_REPEATS = 150


def _spot(text: str, chance: Random) -> int:
    return chance.randint(0, len(text))


def _character(chance: Random) -> str:
    return chance.choice(ODD if chance.random() < 0.5 else SYNTAX)


def _lines(text: str) -> list[str]:
    return text.split("\n")


def flip_bytes(text: str, chance: Random) -> str:
    """Change single bits. Bytes that are no UTF-8 afterwards are dropped, because the lint refuses such files."""
    content = bytearray(text.encode())
    for _ in range(chance.randint(1, 4)):
        if content:
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return content.decode(errors="ignore")


def put_character(text: str, chance: Random) -> str:
    """Insert a character of the syntax, or an odd one."""
    at = _spot(text, chance)
    return text[:at] + _character(chance) + text[at:]


def change_character(text: str, chance: Random) -> str:
    """Replace a character."""
    at = _spot(text, chance)
    return text[:at] + _character(chance) + text[at + 1 :]


def drop(text: str, chance: Random) -> str:
    """Leave out a few characters."""
    at = _spot(text, chance)
    return text[:at] + text[at + chance.choice((1, 1, 2, 5, 30)) :]


def cut_off(text: str, chance: Random) -> str:
    """Leave out the end."""
    return text[: _spot(text, chance)]


def drop_line(text: str, chance: Random) -> str:
    """Leave out some lines."""
    lines = _lines(text)
    at = chance.randrange(len(lines))
    del lines[at : at + chance.choice((1, 1, 1, 3))]
    return "\n".join(lines)


def double_line(text: str, chance: Random) -> str:
    """Repeat some lines."""
    lines = _lines(text)
    at = chance.randrange(len(lines))
    return "\n".join([*lines[: at + chance.choice((1, 2, 5))], *lines[at:]])


def swap_lines(text: str, chance: Random) -> str:
    """Exchange two lines."""
    lines = _lines(text)
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def indent(text: str, chance: Random) -> str:
    """Move some lines to the right or to the left."""
    lines = _lines(text)
    at = chance.randrange(len(lines))
    margin = chance.choice(("", " ", "  ", "    ", "\t", "- "))
    for number in range(at, min(len(lines), at + chance.choice((1, 1, 2, 6)))):
        lines[number] = margin + (lines[number][2:] if chance.random() < 0.5 else lines[number])
    return "\n".join(lines)


def put_yaml(text: str, chance: Random) -> str:
    """Insert a piece of YAML at the beginning or end of a word."""
    ends = [found.start() for found in _WORD.finditer(text)] or [0]
    at = chance.choice(ends)
    return text[:at] + chance.choice(YAML) + text[at:]


def swap_words(text: str, chance: Random) -> str:
    """Exchange two words, blanks or signs."""
    words = _WORD.findall(text) or [""]
    one, other = chance.randrange(len(words)), chance.randrange(len(words))
    words[one], words[other] = words[other], words[one]
    return "".join(words)


def change_number(text: str, chance: Random) -> str:
    """Replace a number with a huge, tiny or strange number."""
    return _exchanged(text, _NUMBER, NUMBERS, chance)


def change_duration(text: str, chance: Random) -> str:
    """Replace a duration with a huge, tiny or strange duration."""
    return _exchanged(text, _DURATION, DURATIONS, chance)


def repeat(text: str, chance: Random) -> str:
    """Repeat a few characters or a piece of YAML many times."""
    at = _spot(text, chance)
    piece = text[at : at + chance.choice((1, 2, 8))] if chance.random() < 0.5 else chance.choice(YAML)
    return text[:at] + piece * chance.randint(2, _MOST_REPEATS) + text[at:]


def wrap(text: str, chance: Random) -> str:
    """Make a Kubernetes resource, or a file of several documents, from a rule file."""
    inner = "".join(f"  {line}\n" for line in _lines(text))
    resource = f"apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n{inner}"
    items = "".join(f"    {line}\n" for line in resource.split("\n"))
    kind = chance.choice(("List", "PrometheusRuleList"))
    forms = (resource, f"{resource}---\n{resource}", f"kind: {kind}\nitems:\n  -\n{items}", f"{text}\n---\n{text}")
    return chance.choice(forms)


def _exchanged(text: str, what: re.Pattern[str], instead: Sequence[str], chance: Random) -> str:
    found = list(what.finditer(text))
    if not found:
        return put_character(text, chance)
    one = chance.choice(found)
    return text[: one.start()] + chance.choice(instead) + text[one.end() :]


TEXT_MUTATORS: tuple[TextMutator, ...] = (
    *(flip_bytes, put_character, change_character, drop, cut_off, drop_line, double_line, swap_lines, indent),
    *(put_yaml, put_yaml, swap_words, change_number, change_duration, repeat, wrap),
)
