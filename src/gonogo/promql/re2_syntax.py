r"""Checks the syntax of RE2: is a pattern valid, and does it match the empty text?

Every valid pattern is accepted. The name in ``\p{Name}`` is not checked, and the size of the compiled pattern is
not limited. Sources: Go, ``regexp/syntax/parse.go``, with the flags of Perl. RE2 wiki, "Syntax".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from msgspec import Struct

_MOST_REPEATS = 1000
_LITERALS = re.compile(r"[^\\\[\](){}*+?.^$]*+")
"""Alternatives of plain text: Prometheus compares them without RE2."""

_ESCAPE = (
    r"\\(?: [pP](?:\{\^?\w+\}|[CLMNPSZ]) | [dDsSwW] | [1-7][0-7]{1,2} | 0[0-7]{0,2}"
    r" | x(?:[0-9a-fA-F]{2}|\{0*(?:10|0?[0-9a-fA-F])?[0-9a-fA-F]{1,4}\}) | [afnrtv] | [^0-9A-Za-z\x80-\U0010ffff] )"
)
_TOKEN_FORM = rf"""
      (?P<empty>    \^ | \$ | \\[AzB] )
    | (?P<word_end> \\b )
    | (?P<quoted>   \\Q (?P<inner> .*? ) (?: \\E | \Z ) )
    | (?P<group>    \( (?: \?P?<\w+> | \?[imsU]*(?:-[imsU]+)?: | (?!\?) ) )
    | (?P<flags>    \( \?[imsU]*(?:-[imsU]+)? \) )
    | (?P<close>    \) )
    | (?P<or>       \| )
    | (?P<repeat>   [*+?]\?? | \{{ (?P<least>0|[1-9][0-9]*) (?P<more>,(?P<most>0|[1-9][0-9]*)?)? \}}\?? )
    | (?P<class>    \[ )
    | (?P<one>      {_ESCAPE} | [^\\()\[|*+?^$\ud800-\udfff] )
    """
_SET_FORM = r"\\(?: [pP](?:\{\^?\w+\}|[CLMNPSZ]) | [dDsSwW] )"
_SET = re.compile(_SET_FORM, re.VERBOSE)
_MEMBER_FORM = rf"""
      (?P<posix> \[:(?P<name>.*?):\] )
    | (?P<set>   {_SET_FORM} )
    | (?P<low>   {_ESCAPE} | [^\\\ud800-\udfff] ) (?: -(?P<high> {_ESCAPE} | [^\\\]\ud800-\udfff] ) )?
    """
_POSIX = frozenset(
    "alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit".split()  # noqa: SIM905 - a list of words reads best as words
)
_CONTROL = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}


@dataclass(slots=True)
class _Group:
    """The group that is being read.

    Attributes:
        any_empty: true if an earlier alternative matches the empty text.
        empty: true if this alternative, without ``last``, matches the empty text so far.
        last: true if the last piece matches the empty text; None if there is no piece yet.
        weight: the number of repeats of the earlier pieces, multiplied along the deepest nesting.
        last_weight: the number of repeats of the last piece, in the same way.
    """

    any_empty: bool = False
    empty: bool = True
    last: bool | None = None
    weight: int = 1
    last_weight: int = 1

    def add(self, *, empty: bool, weight: int = 1) -> None:
        self.close_piece()
        self.last, self.last_weight = empty, weight

    def close_piece(self) -> None:
        self.empty = self.empty and self.last is not False
        self.weight = max(self.weight, self.last_weight)
        self.last, self.last_weight = None, 1

    def close_alternative(self) -> None:
        self.close_piece()
        self.any_empty = self.any_empty or self.empty
        self.empty = True


class ReadPattern(Struct, frozen=True):
    """A pattern that was read.

    Attributes:
        fault: the reason why RE2 refuses the pattern; empty for a valid pattern.
        matches_empty: true if the pattern matches the empty text; None for a pattern that is not valid.
    """

    fault: str
    matches_empty: bool | None = None


@lru_cache(maxsize=4096)
def judge(pattern: str) -> ReadPattern:
    """Read a pattern like RE2."""
    if _LITERALS.fullmatch(pattern):
        return ReadPattern("", "" in pattern.split("|"))
    try:
        return ReadPattern("", _matches_empty(pattern))
    except ValueError as error:
        return ReadPattern(str(error))


def _matches_empty(pattern: str) -> bool:
    groups = [_Group()]
    token = re.compile(
        _TOKEN_FORM, re.VERBOSE | re.DOTALL | re.ASCII
    )  # re caches it, so a start of gonogo does not pay for it
    at = 0
    repeated = False
    while at < len(pattern):
        found = token.match(pattern, at)
        if found is None:
            raise ValueError(_unreadable(pattern, at))
        kind = next(name for name in _KINDS if found[name] is not None)
        if kind == "repeat" and repeated:
            raise ValueError(f"{found[0]} repeats a repetition")
        repeated = kind == "repeat"
        at = found.end()
        if kind == "class":
            groups[-1].add(empty=False)
            at = _class_end(pattern, found.start())
        elif kind in {"group", "close"}:
            _nest(groups, opens=kind == "group")
        else:
            _piece(groups[-1], kind, found)
    if len(groups) > 1:
        raise ValueError("a parenthesis is not closed")
    groups[0].close_alternative()
    return groups[0].any_empty


_KINDS = ("empty", "word_end", "quoted", "group", "flags", "close", "or", "repeat", "class", "one")


def _nest(groups: list[_Group], *, opens: bool) -> None:
    if opens:
        groups.append(_Group())
        return
    if len(groups) == 1:
        raise ValueError("a closing parenthesis has no opening one")
    closed = groups.pop()
    closed.close_alternative()
    groups[-1].add(empty=closed.any_empty, weight=closed.weight)


def _piece(group: _Group, kind: str, found: re.Match[str]) -> None:
    match kind:
        case "or":
            group.close_alternative()
        case "repeat":
            _repeat(group, found)
        case "quoted":
            for _ in found["inner"]:
                group.add(empty=False)
        case "empty" | "word_end" | "one":
            group.add(empty=kind == "empty")


def _repeat(group: _Group, found: re.Match[str]) -> None:
    if group.last is None:
        raise ValueError(f"{found[0]} has nothing to repeat")
    if found["least"] is None:
        group.last = group.last or found[0][0] in "*?"
        return
    least = _repeats(found["least"])
    most = _repeats(found["most"]) if found["most"] else (-1 if found["more"] else least)
    weight = group.last_weight * (least if most < 0 else most)
    if max(least, most) > _MOST_REPEATS or 0 <= most < least or weight > _MOST_REPEATS:
        message = f"{found[0]} repeats too often" if not 0 <= most < least else f"{found[0]} has its ends exchanged"
        raise ValueError(message)
    group.last = group.last or least == 0
    group.last_weight = max(weight, 1)


def _repeats(count: str) -> int:
    """Return a count, or a count over the bound: to convert thousands of digits takes long and is not needed."""
    return int(count) if len(count) <= len(str(_MOST_REPEATS)) else _MOST_REPEATS + 1


def _class_end(pattern: str, start: int) -> int:
    at = start + 1
    if pattern[at : at + 1] == "^":
        at += 1
    first = True
    member = re.compile(_MEMBER_FORM, re.VERBOSE | re.DOTALL)
    while first or pattern[at : at + 1] != "]":
        found = member.match(pattern, at)
        if found is None:
            raise ValueError(_unreadable(pattern, at) if at < len(pattern) else "a bracket is not closed")
        if found["posix"] and found["name"].removeprefix("^") not in _POSIX:
            raise ValueError(f"{found[0]} is not a known class")
        if found["high"] and _SET.fullmatch(found["high"]):
            raise ValueError(f"the range {found[0]} ends in a class of characters")
        if found["high"] and _code(found["high"]) < _code(found["low"]):
            raise ValueError(f"the range {found[0]} has its ends exchanged")
        at, first = found.end(), False
    return at + 1


def _code(member: str) -> int:
    if len(member) == 1:
        return ord(member)
    name, rest = member[1], member[2:]
    if name == "x":
        return int(rest.strip("{}"), 16)
    if name.isdigit():
        return int(member[1:], 8)
    return _CONTROL.get(name, ord(name))


def _unreadable(pattern: str, at: int) -> str:
    if pattern.startswith("(?", at):
        return f"RE2 has no group {pattern[at : at + 4]!r}"
    if pattern[at] == "\\":
        return f"RE2 has no escape {pattern[at : at + 2]!r}" if at + 1 < len(pattern) else "it ends with a backslash"
    return f"{pattern[at]!r} cannot be read"
