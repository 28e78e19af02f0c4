"""Parses a template. Source: Go, ``text/template/parse/parse.go``."""

from __future__ import annotations

import ast
from collections.abc import Container

from gonogo.lint.template.lexer import Token, TokenKind, tokens
from gonogo.lint.template.syntax import (
    Command,
    Control,
    Dot,
    Function,
    Include,
    Inner,
    Literal,
    Name,
    Node,
    Operand,
    Pipeline,
    Show,
    TemplateTree,
    TooDeep,
    UnreadableTemplate,
    Variable,
)

PREDEFINED = ("labels", "externalLabels", "externalURL", "value")
"""The variables that Prometheus declares before every template."""

DEEPEST = 50
"""How deeply controls and brackets may be nested."""

_CONTROLS = frozenset(["if", "with", "range"])
_ELSE_IF = {"if": frozenset(["if"]), "with": frozenset(["with"]), "range": frozenset[str]()}
_STARTS = frozenset(
    [
        TokenKind.BOOL,
        TokenKind.DOT,
        TokenKind.FIELD,
        TokenKind.WORD,
        TokenKind.NUMBER,
        TokenKind.STRING,
        TokenKind.VARIABLE,
        TokenKind.LEFT_PAREN,
    ]
)


def parsed(text: str, functions: Container[str]) -> TemplateTree:
    """Parse a template that may call the given functions.

    Raises:
        UnreadableTemplate: Go would refuse the template.
        TooDeep: the template is nested too deeply for gonogo.
    """
    return _Parser(list(tokens(text)), functions).tree()


class _Parser:
    """Reads tokens from left to right. ``scope`` holds the variables declared so far."""

    def __init__(self, listed: list[Token], functions: Container[str]) -> None:
        self._tokens = listed
        self._place = 0
        self._functions = functions
        self._scope: list[str] = ["", *PREDEFINED]
        self._loops = 0
        self._depth = 0
        self._defined: dict[str, tuple[Node, ...]] = {}

    def tree(self) -> TemplateTree:
        """Read the whole template."""
        nodes: list[Node] = []
        while self._peek().kind is not TokenKind.END:
            if self._is_word("define"):
                self._definition()
            else:
                nodes += self._action()
        return TemplateTree(tuple(nodes), self._defined)

    # Actions

    def _list(self, opener: Token) -> tuple[tuple[Node, ...], Token]:
        """Read up to ``{{end}}`` or ``{{else``, and return the word at the end."""
        nodes: list[Node] = []
        while self._peek().kind is not TokenKind.END:
            for word in ("end", "else"):
                if self._is_word(word):
                    self._next()
                    return tuple(nodes), self._next_solid()
            nodes += self._action()
        raise UnreadableTemplate(opener.offset, len(opener.text), f"'{opener.text}' has no 'end'")

    def _action(self) -> list[Node]:
        self._next()
        word = self._peek_solid()
        if word.kind is not TokenKind.KEYWORD or word.text == "nil":
            return [Show(self._pipeline("an action", TokenKind.CLOSE))]
        self._next_solid()
        if word.text in _CONTROLS:
            return [self._control(word)]
        if word.text == "template":
            return [self._include()]
        if word.text == "block":
            return [self._block(word)]
        if word.text in {"break", "continue"}:
            return self._jump(word)
        raise self._unexpected(word)

    def _control(self, word: Token) -> Control:
        self._deeper(word)
        known = len(self._scope)
        pipeline = self._pipeline(word.text, TokenKind.CLOSE)
        self._loops += word.text == "range"
        body, last = self._list(word)
        otherwise: tuple[Node, ...] = ()
        if last.text == "else" and self._peek_solid().text in _ELSE_IF[word.text]:
            otherwise = (self._control(self._next_solid()),)
        else:
            self._close(last)
            if last.text == "else":
                otherwise, last = self._list(word)
                if last.text == "else":
                    raise UnreadableTemplate(last.offset, len(last.text), f"a second 'else' for one '{word.text}'")
                self._close(last)
        self._loops -= word.text == "range"
        del self._scope[known:]
        self._depth -= 1
        return Control(word.text, pipeline, body, otherwise)

    def _jump(self, word: Token) -> list[Node]:
        if not self._loops:
            raise UnreadableTemplate(word.offset, len(word.text), f"'{word.text}' outside of 'range'")
        self._close(word)
        return []

    def _include(self) -> Include:
        name = self._name_of_template()
        empty = self._peek_solid().kind is TokenKind.CLOSE
        if empty:
            self._next_solid()
        return Include(name, None if empty else self._pipeline("template", TokenKind.CLOSE))

    def _definition(self) -> None:
        self._next()
        word = self._next_solid()
        name = self._name_of_template()
        self._close(word)
        self._body(name, word)

    def _block(self, word: Token) -> Include:
        name = self._name_of_template()
        pipeline = self._pipeline("block", TokenKind.CLOSE)
        self._body(name, word)
        return Include(name, pipeline)

    def _body(self, name: Name, word: Token) -> None:
        """Read a named template, which knows no variables from outside."""
        outside, loops = self._scope, self._loops
        self._scope, self._loops = [""], 0
        nodes, last = self._list(word)
        if last.text != "end":
            raise self._unexpected(last)
        self._close(last)
        self._scope, self._loops = outside, loops
        self._defined[name.text] = nodes

    def _name_of_template(self) -> Name:
        token = self._next_solid()
        if token.kind is not TokenKind.STRING:
            raise self._unexpected(token)
        return Name(_unquoted(token.text), token.offset, len(token.text))

    def _close(self, word: Token) -> None:
        token = self._next_solid()
        if token.kind is not TokenKind.CLOSE:
            raise UnreadableTemplate(token.offset, len(token.text), f"{token.text!r} cannot follow '{word.text}'")

    # Pipelines

    def _pipeline(self, context: str, end: TokenKind) -> Pipeline:
        start = self._peek_solid()
        variables, assigns = self._declared(context)
        commands: list[Command] = []
        while (token := self._next_solid()).kind is not end:
            if token.kind not in _STARTS and token.text != "nil":
                raise self._unexpected(token)
            self._place -= 1
            commands.append(self._command())
            self._executable(commands, token)
        if not commands:
            raise UnreadableTemplate(start.offset, len(start.text), f"a value is missing in {context}")
        return Pipeline(start.offset, self._end() - start.offset, tuple(commands), tuple(variables), assigns)

    def _declared(self, context: str) -> tuple[list[str], bool]:
        """Read ``$x :=``, ``$x =`` or, in ``range``, ``$i, $x :=``."""
        names: list[str] = []
        while (token := self._peek_solid()).kind is TokenKind.VARIABLE:
            before = self._place
            self._next_solid()
            after = self._peek_solid()
            if after.kind in {TokenKind.DECLARE, TokenKind.ASSIGN}:
                self._next_solid()
                names.append(token.text[1:])
                self._scope.append(token.text[1:])
                return names, after.kind is TokenKind.ASSIGN
            if after.text != ",":
                self._place = before
                break
            self._next_solid()
            names.append(token.text[1:])
            self._scope.append(token.text[1:])
            if context != "range" or len(names) > 1:
                raise UnreadableTemplate(after.offset, 1, f"too many variables in {context}")
            following = self._peek_solid()
            if following.kind not in {TokenKind.VARIABLE, TokenKind.CLOSE, TokenKind.RIGHT_PAREN}:
                raise UnreadableTemplate(following.offset, len(following.text), "'range' can only declare variables")
        return names, False

    def _executable(self, commands: list[Command], token: Token) -> None:
        first = commands[-1].operands[0]
        constant = isinstance(first, Literal) or (isinstance(first, Dot) and not first.fields)
        if len(commands) > 1 and constant:
            raise UnreadableTemplate(token.offset, len(token.text), f"{token.text!r} cannot take what comes before '|'")

    def _command(self) -> Command:
        operands: list[Operand] = []
        while True:
            if operand := self._operand(self._peek_solid()):
                operands.append(operand)
            token = self._peek()
            if token.kind is TokenKind.SPACE:
                self._next()
                continue
            if token.kind is TokenKind.PIPE:
                self._next()
            elif token.kind not in {TokenKind.CLOSE, TokenKind.RIGHT_PAREN}:
                raise self._unexpected(token)
            break
        return Command(tuple(operands))

    def _operand(self, token: Token) -> Operand | None:  # noqa: PLR0911 - one for each kind of operand
        if token.kind not in _STARTS and token.text != "nil":
            return None
        self._next_solid()
        if token.kind is TokenKind.FIELD:
            return Dot(token.offset, (_field(token), *self._fields()))
        if token.kind is TokenKind.VARIABLE:
            return Variable(self._known(token), self._fields())
        if token.kind is TokenKind.WORD:
            return Function(self._function(token), self._fields())
        if token.kind is TokenKind.LEFT_PAREN:
            self._deeper(token)
            inner = self._pipeline("brackets", TokenKind.RIGHT_PAREN)
            self._depth -= 1
            return Inner(inner, self._fields())
        if self._peek().kind is TokenKind.FIELD:
            raise self._unexpected(self._peek())
        if token.kind is TokenKind.DOT:
            return Dot(token.offset)
        return Literal(token.offset, token.text, _unquoted(token.text) if token.kind is TokenKind.STRING else None)

    def _known(self, token: Token) -> Name:
        name = token.text[1:]
        if name not in self._scope:
            raise UnreadableTemplate(token.offset, len(token.text), f"there is no variable ${name}")
        return Name(name, token.offset, len(token.text))

    def _function(self, token: Token) -> Name:
        if token.text not in self._functions:
            raise UnreadableTemplate(token.offset, len(token.text), f"there is no function {token.text!r}")
        return Name(token.text, token.offset, len(token.text))

    def _fields(self) -> tuple[Name, ...]:
        fields = []
        while self._peek().kind is TokenKind.FIELD:
            fields.append(_field(self._next()))
        return tuple(fields)

    # Tokens

    def _peek(self) -> Token:
        return self._tokens[self._place]

    def _next(self) -> Token:
        self._place += 1
        return self._tokens[self._place - 1]

    def _peek_solid(self) -> Token:
        """Return the next token that is not a space, without taking it."""
        place = self._place
        while self._tokens[place].kind is TokenKind.SPACE:
            place += 1
        return self._tokens[place]

    def _next_solid(self) -> Token:
        while self._peek().kind is TokenKind.SPACE:
            self._place += 1
        return self._next()

    def _end(self) -> int:
        """Return the end of the last token that is not a space, before the one just taken."""
        place = self._place - 2
        while self._tokens[place].kind is TokenKind.SPACE:
            place -= 1
        return self._tokens[place].offset + len(self._tokens[place].text)

    def _is_word(self, word: str) -> bool:
        """Return whether an action with this keyword begins here."""
        place = self._place + 1
        while self._tokens[place].kind is TokenKind.SPACE:
            place += 1
        return self._tokens[place].kind is TokenKind.KEYWORD and self._tokens[place].text == word

    def _deeper(self, token: Token) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise TooDeep(token.text)

    def _unexpected(self, token: Token) -> UnreadableTemplate:
        return UnreadableTemplate(
            token.offset, len(token.text), f"{token.text or token.kind.value!r} is not expected here"
        )


def _field(token: Token) -> Name:
    return Name(token.text[1:], token.offset, len(token.text))


def _unquoted(text: str) -> str:
    """Return the value of a text literal. Go's escapes are the same as Python's here."""
    if text[0] == "`":
        return text[1:-1]
    value: str = ast.literal_eval(text)
    return value
