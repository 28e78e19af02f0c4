"""Finds the comments of rule files and configurations, and the rules or lines that each comment is about."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from gonogo.formats.sources import SourceFile
from gonogo.formats.yaml.characters import Place, lines_of
from gonogo.formats.yaml.layout import Comment, layout
from gonogo.model.finding import Finding
from gonogo.promql.parser import comments


class Block(Struct, frozen=True):
    """Lines that belong together: those of a rule, or a part of a configuration.

    Attributes:
        begin: the place of the first key.
        last: the last line.
        indent: the column of the keys.
        rule: the name of the rule; empty in a configuration.
        unique: True if no other rule of the file has the same name.
    """

    begin: Place
    last: int
    indent: int = 1
    rule: str = ""
    unique: bool = False

    def holds(self, line: int) -> bool:
        """Return whether a line belongs to the block."""
        return self.begin[0] <= line <= self.last

    def has(self, finding: Finding) -> bool:
        """Return whether a finding belongs here: by the rule's name if it is unique in the file, else by the line."""
        inside = self.holds(finding.where.start.line)
        if not self.rule or not finding.rule:
            return inside
        return finding.rule == self.rule and (inside or self.unique)


class Remark(Struct, frozen=True):
    """A comment, in YAML or in an expression, and the blocks that it is about.

    ``heading`` is True if the comment stands above the first group or, in a configuration, above everything else.
    """

    line: int
    column: int
    text: str
    about: tuple[Block, ...]
    heading: bool = False


def rule_remarks(file: SourceFile) -> tuple[Remark, ...]:
    """Return the comments of a rule file, in order.

    On a line of a rule a comment is about that rule. On a line of its own, a comment is about the rule above if it is
    indented at least as much as that rule's keys. Otherwise it is about the rule that begins right below.
    """
    found = layout(file.text)
    blocks = _blocks(file, found.last_lines)
    head = _first_group(file)
    outside = [
        Remark(one.line, one.column, one.text, _rules_at(one, blocks, found.begins), one.line < head)
        for one in found.comments
    ]
    return tuple(sorted([*outside, *_within_expressions(file, blocks)], key=lambda one: (one.line, one.column)))


def line_remarks(text: str) -> tuple[Remark, ...]:
    """Return the comments of a configuration, in order.

    A comment at the end of a line is about that line. A comment on its own line is about the next line or, if a list
    item begins there, about the whole item.
    """
    found = layout(text)
    lines = lines_of(text)
    head = found.begins[0][0] if found.begins else len(lines) + 1
    return tuple(
        Remark(one.line, one.column, one.text, _lines_at(one, found.begins, found.last_lines, lines), one.line < head)
        for one in found.comments
    )


def _blocks(file: SourceFile, last_lines: Mapping[Place, int]) -> tuple[Block, ...]:
    names = Counter(rule.name for rule in file.rules)
    lines = lines_of(file.text)
    blocks = []
    for rule in file.rules:
        at = rule.document.position(rule.loc)
        in_braces = lines[at.line - 1].startswith("{", at.column - 1)
        last = last_lines.get((at.line, at.column), at.line)
        blocks.append(Block((at.line, at.column), last, at.column + in_braces, rule.name, names[rule.name] == 1))
    return tuple(blocks)


def _first_group(file: SourceFile) -> int:
    """Return the line on which the first group begins; a line after the end if the file has no group."""
    lines = (rule.document.position((*rule.loc[:-3], 0)).line for rule in file.rules)
    return min(lines, default=len(lines_of(file.text)) + 1)


def _rules_at(comment: Comment, blocks: tuple[Block, ...], begins: tuple[Place, ...]) -> tuple[Block, ...]:
    on_lines = tuple(block for block in blocks if block.holds(comment.line))
    if on_lines or not comment.alone:
        return on_lines
    after = bisect_right(begins, (comment.line, comment.column))
    above = tuple(block for block in blocks if after and block.holds(begins[after - 1][0]))
    if above and comment.column >= above[-1].indent:
        return above[-1:]
    return tuple(block for block in blocks if after < len(begins) and block.begin == begins[after])


def _within_expressions(file: SourceFile, blocks: tuple[Block, ...]) -> Iterator[Remark]:
    for rule, block in zip(file.rules, blocks, strict=True):
        expression = rule.rule.expression
        for offset, text in comments(expression) if "#" in expression else ():
            at = rule.at_offset(offset).start
            yield Remark(at.line, at.column, text, (block,))


def _lines_at(
    comment: Comment, begins: Sequence[Place], last_lines: Mapping[Place, int], lines: Sequence[str]
) -> tuple[Block, ...]:
    if not comment.alone:
        return (Block((comment.line, 1), comment.line),)
    after = bisect_right(begins, (comment.line, comment.column))
    line, column = begins[after] if after < len(begins) else (len(lines) + 1, 1)
    if line > len(lines):  # the comment is the last thing in the file
        return ()
    is_item = lines[line - 1][: column - 1].endswith("- ")
    return (Block((line, column), last_lines.get((line, column), line) if is_item else line),)
