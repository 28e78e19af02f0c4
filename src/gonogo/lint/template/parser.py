"""Parses a template. Source: Go, ``text/template/parse/parse.go``."""

from __future__ import annotations

from collections.abc import Container

from gonogo.lint.template.lexer import Token, TokenKind, tokens
from gonogo.lint.template.pipelines import PipelineReader, refused, unexpected, unquoted
from gonogo.lint.template.syntax import (
    Control,
    Include,
    Name,
    Node,
    Show,
    TemplateTree,
)

_CONTROLS = frozenset(["if", "with", "range"])
_ELSE_IF = {"if": frozenset(["if"]), "with": frozenset(["with"]), "range": frozenset[str]()}


def parsed(text: str, functions: Container[str]) -> TemplateTree:
    """Parse a template that may call the given functions.

    Raises:
        UnreadableTemplate: Go would refuse the template.
        TooDeep: the template is nested too deeply for gonogo.
    """
    return _Parser(list(tokens(text)), functions).tree()


class _Parser(PipelineReader):
    """Reads the actions of a template."""

    def __init__(self, listed: list[Token], functions: Container[str]) -> None:
        super().__init__(listed, functions)
        self._loops = 0
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

    def _list(self, opener: Token) -> tuple[tuple[Node, ...], Token]:
        """Read up to ``{{end}}`` or ``{{else``, and return the word at the end."""
        nodes: list[Node] = []
        while self._peek().kind is not TokenKind.END:
            for word in ("end", "else"):
                if self._is_word(word):
                    self._next()
                    return tuple(nodes), self._next()
            nodes += self._action()
        raise refused(opener, f"'{opener.text}' has no 'end'")

    def _action(self) -> list[Node]:
        self._next()
        word = self._peek()
        if word.kind is not TokenKind.KEYWORD or word.text == "nil":
            return [Show(self._pipeline("an action", TokenKind.CLOSE))]
        self._next()
        if word.text in _CONTROLS:
            return [self._control(word)]
        if word.text == "template":
            return [self._include()]
        if word.text == "block":
            return [self._block(word)]
        if word.text in {"break", "continue"}:
            return self._jump(word)
        raise unexpected(word)

    def _control(self, word: Token) -> Control:
        self._deeper(word)
        known = len(self._scope)
        pipeline = self._pipeline(word.text, TokenKind.CLOSE)
        self._loops += word.text == "range"
        body, last = self._list(word)
        otherwise: tuple[Node, ...] = ()
        if last.text == "else" and self._peek().text in _ELSE_IF[word.text]:
            otherwise = (self._control(self._next()),)
        else:
            self._close(last)
            if last.text == "else":
                otherwise, last = self._list(word)
                if last.text == "else":
                    raise refused(last, f"a second 'else' for one '{word.text}'")
                self._close(last)
        self._loops -= word.text == "range"
        del self._scope[known:]
        self._depth -= 1
        return Control(word.text, pipeline, body, otherwise)

    def _jump(self, word: Token) -> list[Node]:
        if not self._loops:
            raise refused(word, f"'{word.text}' outside of 'range'")
        self._close(word)
        return []

    def _include(self) -> Include:
        name = self._name_of_template()
        if self._peek().kind is TokenKind.CLOSE:
            self._next()
            return Include(name, None)
        return Include(name, self._pipeline("template", TokenKind.CLOSE))

    def _definition(self) -> None:
        self._next()
        word = self._next()
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
            raise unexpected(last)
        self._close(last)
        self._scope, self._loops = outside, loops
        self._defined[name.text] = nodes

    def _name_of_template(self) -> Name:
        token = self._next()
        if token.kind is not TokenKind.STRING:
            raise unexpected(token)
        return Name(unquoted(token.text), token.offset, len(token.text))

    def _close(self, word: Token) -> None:
        token = self._next()
        if token.kind is not TokenKind.CLOSE:
            raise refused(token, f"{token.text!r} cannot follow '{word.text}'")
