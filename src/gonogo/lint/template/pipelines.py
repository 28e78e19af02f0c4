"""Reads the pipelines of a template: operands, calls, ``|``, and the variables that keep a result.

Source: Go, ``text/template/parse/parse.go``.
"""

from __future__ import annotations

import ast
from collections.abc import Container

from gonogo.lint.template.lexer import Token, TokenKind
from gonogo.lint.template.syntax import (
    Command,
    Dot,
    Function,
    Inner,
    Literal,
    Name,
    Operand,
    Pipeline,
    TooDeep,
    UnreadableTemplate,
    Variable,
)

PREDEFINED = ("labels", "externalLabels", "externalURL", "value")
"""The variables that Prometheus declares before every template."""

DEEPEST = 50
"""How deeply controls and brackets may be nested."""

_STARTS = frozenset(
    {TokenKind.BOOL, TokenKind.DOT, TokenKind.FIELD, TokenKind.WORD, TokenKind.NUMBER, TokenKind.STRING}
    | {TokenKind.VARIABLE, TokenKind.LEFT_PAREN}
)
"""The kinds of tokens with which an operand begins. ``nil`` begins one as well."""


class PipelineReader:
    """Reads tokens from left to right. ``scope`` holds the variables declared so far."""

    def __init__(self, listed: list[Token], functions: Container[str]) -> None:
        self._tokens = listed
        self._place = 0
        self._functions = functions
        self._scope: list[str] = ["", *PREDEFINED]
        self._depth = 0

    def _pipeline(self, context: str, end: TokenKind) -> Pipeline:
        start = self._peek()
        variables, assigns = self._declared(context)
        commands: list[Command] = []
        while (token := self._peek()).kind is not end:
            if not _begins_operand(token):
                raise unexpected(token)
            commands.append(self._command())
            first = commands[-1].operands[0]
            constant = isinstance(first, Literal) or (isinstance(first, Dot) and not first.fields)
            if len(commands) > 1 and constant:
                raise refused(token, f"{token.text!r} cannot take what comes before '|'")
        if not commands:
            raise refused(start, f"a value is missing in {context}")
        last = self._tokens[self._place - 1]
        self._next()
        length = last.offset + len(last.text) - start.offset
        return Pipeline(start.offset, length, tuple(commands), tuple(variables), assigns)

    def _declared(self, context: str) -> tuple[list[str], bool]:
        """Read ``$x :=``, ``$x =`` or, in ``range``, ``$i, $x :=``."""
        names: list[str] = []
        while (token := self._peek()).kind is TokenKind.VARIABLE:
            after = self._tokens[self._place + 1]
            declares = after.kind in {TokenKind.DECLARE, TokenKind.ASSIGN}
            if not declares and after.text != ",":
                break
            self._place += 2
            names.append(token.text[1:])
            self._scope.append(token.text[1:])
            if declares:
                return names, after.kind is TokenKind.ASSIGN
            if context != "range" or len(names) > 1:
                raise refused(after, f"too many variables in {context}")
            following = self._peek()
            if following.kind not in {TokenKind.VARIABLE, TokenKind.CLOSE, TokenKind.RIGHT_PAREN}:
                raise refused(following, "'range' can only declare variables")
        return names, False

    def _command(self) -> Command:
        """Read operands up to the end of the pipeline, or up to a ``|``, which is taken."""
        operands: list[Operand] = []
        while _begins_operand(token := self._peek()) and (token.spaced or not operands):
            operands.append(self._operand(self._next()))
        if token.kind is TokenKind.PIPE:
            self._next()
        elif token.kind not in {TokenKind.CLOSE, TokenKind.RIGHT_PAREN}:
            raise unexpected(token)
        return Command(tuple(operands))

    def _operand(self, token: Token) -> Operand:
        match token.kind:
            case TokenKind.FIELD:
                return Dot(token.offset, (_field(token), *self._fields()))
            case TokenKind.VARIABLE:
                return Variable(self._known(token), self._fields())
            case TokenKind.WORD:
                return Function(self._function(token), self._fields())
            case TokenKind.LEFT_PAREN:
                self._deeper(token)
                inner = self._pipeline("brackets", TokenKind.RIGHT_PAREN)
                self._depth -= 1
                return Inner(inner, self._fields())
            case kind:
                if self._has_field():
                    raise unexpected(self._peek())
                if kind is TokenKind.DOT:
                    return Dot(token.offset)
                return Literal(token.offset, token.text, unquoted(token.text) if kind is TokenKind.STRING else None)

    def _known(self, token: Token) -> Name:
        name = token.text[1:]
        if name not in self._scope:
            raise refused(token, f"there is no variable ${name}")
        return Name(name, token.offset, len(token.text))

    def _function(self, token: Token) -> Name:
        if token.text not in self._functions:
            raise refused(token, f"there is no function {token.text!r}")
        return Name(token.text, token.offset, len(token.text))

    def _has_field(self) -> bool:
        """Return whether a field of the value just read follows."""
        return self._peek().kind is TokenKind.FIELD and not self._peek().spaced

    def _fields(self) -> tuple[Name, ...]:
        fields = []
        while self._has_field():
            fields.append(_field(self._next()))
        return tuple(fields)

    # Tokens

    def _peek(self) -> Token:
        return self._tokens[self._place]

    def _next(self) -> Token:
        self._place += 1
        return self._tokens[self._place - 1]

    def _is_word(self, word: str) -> bool:
        """Return whether an action with this keyword begins here."""
        token = self._tokens[self._place + 1]
        return token.kind is TokenKind.KEYWORD and token.text == word

    def _deeper(self, token: Token) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise TooDeep(token.text)


def unexpected(token: Token) -> UnreadableTemplate:
    """Return the refusal of a token in this place."""
    return refused(token, f"{token.text or token.kind.value!r} is not expected here")


def refused(token: Token, message: str) -> UnreadableTemplate:
    """Return the refusal of a token, for a reason."""
    return UnreadableTemplate(token.offset, len(token.text), message)


def _begins_operand(token: Token) -> bool:
    return token.kind in _STARTS or token.text == "nil"


def _field(token: Token) -> Name:
    return Name(token.text[1:], token.offset, len(token.text))


def unquoted(text: str) -> str:
    """Return the value of a text literal. Go's escapes are the same as Python's here."""
    if text[0] == "`":
        return text[1:-1]
    value: str = ast.literal_eval(text)
    return value
