"""Finds the lines that belong to each rule of a file, and the rule that a comment is about."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gonogo.formats.sources import SourceFile, WrittenRule
from gonogo.formats.yaml.characters import Place, lines_of
from gonogo.formats.yaml.layout import Comment, layout
from gonogo.promql.comments import comments


@dataclass(frozen=True, slots=True)
class RuleBlock:
    """A rule, and the lines from its first to its last key.

    Attributes:
        rule: the rule.
        begin: the place of its first key.
        indent: the column of its keys.
        last: its last line.
        unique: True if no other rule of the file has the same name.
    """

    rule: WrittenRule
    begin: Place
    indent: int
    last: int
    unique: bool

    def holds(self, line: int) -> bool:
        """Return whether a line belongs to the rule."""
        return self.begin[0] <= line <= self.last


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment, in YAML or in an expression, and the rules that it is about.

    ``heading`` is True if the comment stands above the first group.
    """

    line: int
    column: int
    text: str
    about: tuple[RuleBlock, ...]
    heading: bool


def remarks(file: SourceFile) -> tuple[Remark, ...]:
    """Return the comments of a file, in order.

    On a line of a rule a comment is about that rule. On a line of its own, a comment is about the rule above if it is
    indented at least as much as that rule's keys. Otherwise it is about the rule that begins right below.
    """
    found = layout(file.text)
    blocks = _blocks(file, found.last_lines)
    head = _first_group(file)
    outside = [
        Remark(one.line, one.column, one.text, _about(one, blocks, found.begins), one.line < head)
        for one in found.comments
    ]
    return tuple(sorted([*outside, *_within_expressions(blocks)], key=lambda one: (one.line, one.column)))


def _blocks(file: SourceFile, last_lines: Mapping[Place, int]) -> tuple[RuleBlock, ...]:
    names = Counter(rule.name for rule in file.rules)
    lines = lines_of(file.text)
    blocks = []
    for rule in file.rules:
        at = rule.document.position(rule.loc)
        in_braces = lines[at.line - 1].startswith("{", at.column - 1)
        last = last_lines.get((at.line, at.column), at.line)
        blocks.append(RuleBlock(rule, (at.line, at.column), at.column + in_braces, last, names[rule.name] == 1))
    return tuple(blocks)


def _first_group(file: SourceFile) -> int:
    """Return the line on which the first group begins; a line after the end if the file has no group."""
    lists = ((rule.document, rule.loc[:-3]) for rule in file.rules)
    lines = (document.position((*loc, 0)).line for document, loc in lists)
    return min(lines, default=len(lines_of(file.text)) + 1)


def _about(comment: Comment, blocks: tuple[RuleBlock, ...], begins: tuple[Place, ...]) -> tuple[RuleBlock, ...]:
    on_lines = tuple(block for block in blocks if block.holds(comment.line))
    if on_lines or not comment.alone:
        return on_lines
    after = bisect_right(begins, (comment.line, comment.column))
    above = tuple(block for block in blocks if after and block.holds(begins[after - 1][0]))
    if above and comment.column >= above[-1].indent:
        return above[-1:]
    return tuple(block for block in blocks if after < len(begins) and block.begin == begins[after])


def _within_expressions(blocks: tuple[RuleBlock, ...]) -> Iterator[Remark]:
    for block in blocks:
        expression = block.rule.rule.expression
        for offset, text in comments(expression) if "#" in expression else ():
            at = block.rule.at_offset(offset).start
            yield Remark(at.line, at.column, text, (block,), heading=False)
