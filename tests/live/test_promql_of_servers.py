"""Our parser reads what a real server reads, as the same tree, and refuses what it refuses.

The texts are made at random, newest syntax and mistakes included; every text in quotes of our own tests; and, where
``GONOGO_CORPUS`` names a folder, the expressions of all rule files below it. A server of 3.x answers with its own
tree (``/api/v1/parse_query``); an older one says whether it reads a text (``/api/v1/format_query``). Which version
reads which text, and behind which flag, is what the catalogue of features says.
"""

from __future__ import annotations

import ast
import http.client
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from gonogo.errors import GonogoError
from gonogo.model.versions import UTF8_NAMES, Version, release
from gonogo.programs.processes import prometheus
from gonogo.promql.canonical import written
from gonogo.promql.parser import parse
from gonogo.promql.refusal import Refusal, Unjudged
from gonogo.promql.tree import Expression, Range, Subquery, walk
from gonogo.smoke.run import read_files
from tests.promql.generated import texts
from tests.promql.server_tree import form_of_answer, form_of_tree

pytestmark = pytest.mark.live

CORPUS = "GONOGO_CORPUS"
GENERATED = 100_000
FLAGS = (
    "promql-experimental-functions",
    "promql-duration-expr",
    "promql-binop-fill-modifiers",
    "promql-extended-range-selectors",
    "use-start-timestamps",
)
SHOWS_ARITHMETIC = (3, 13)
"""From here on an answer has the arithmetic of durations, and signs in it bind as they do today."""
LONGEST = 2000
_SIGNED_PARENTHESES = re.compile(r"offset[\s+-]*\(|\[[^\]]*[+-]\s*\(", re.IGNORECASE)
_BLANK_IN_DURATION = re.compile(r"\[[^\]]*[0-9)]\s+[a-z]|\[[^\]]*\)[a-z]", re.IGNORECASE)
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A server that reads texts, and the flags that it runs with."""

    connection: http.client.HTTPConnection
    version: Version
    flags: frozenset[str]

    def answer(self, path: str, text: str) -> dict[str, Any] | None:
        """Ask about a text; None where the server cannot write its own answer (a fill value of NaN or Inf)."""
        body = urlencode({"query": text.encode(errors="surrogatepass")})
        self.connection.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        received = self.connection.getresponse().read()
        return None if received.startswith(b"v1.Response.Data") else dict(json.loads(received))

    def difference(self, text: str) -> str:
        """Say how the server and our parser differ over a text; empty where they agree."""
        told = self.version >= UTF8_NAMES
        answer = self.answer("/api/v1/parse_query" if told else "/api/v1/format_query", text)
        tree = read(text)
        if answer is None or isinstance(tree, Unjudged) or not comparable(text, tree, self.version):
            return ""
        accepted = answer["status"] == "success"
        if accepted is not self.expects(tree):
            return f"{text!r}: ours {tree!r}, the server {answer.get('error', 'reads it')}"
        if not accepted or not told or isinstance(tree, Refusal):
            return ""
        arithmetic = self.version >= SHOWS_ARITHMETIC
        ours, theirs = (
            form_of_tree(tree, arithmetic=arithmetic),
            form_of_answer(answer["data"], arithmetic=arithmetic),
        )
        return "" if ours == theirs or (not arithmetic and has_arithmetic(tree)) else f"{text!r}: {ours} is {theirs}"

    def expects(self, tree: Expression | Refusal) -> bool:
        """Say whether the catalogue expects this server to read a text."""
        if isinstance(tree, Refusal):
            return False
        needed = {feature for node in walk(tree) for feature in node.needs}
        flags = {feature.needed_flag(self.version) for feature in needed} - {""}
        return all(feature.known(self.version) for feature in needed) and flags <= self.flags


def read(text: str) -> Expression | Refusal:
    """Read a text, or say why not."""
    try:
        return parse(text)
    except Refusal as refusal:
        return refusal


def has_arithmetic(tree: Expression) -> bool:
    """Return whether some length of time in a tree is computed."""
    return any(getattr(node, "spans", ()) for node in walk(tree))


def comparable(text: str, tree: Expression | Refusal, version: Version) -> bool:
    """Return whether a version means by a text what later ones mean.

    Until 3.13 a literal in parentheses was the literal itself, and a sign before parentheses reached further; a
    letter behind a blank could stand for the colon of a subquery. Versions of 2.x close a
    quotation that a pattern leaves open.
    """
    if version >= SHOWS_ARITHMETIC:
        return True
    if version < UTF8_NAMES:
        return "\\Q" not in text
    if _SIGNED_PARENTHESES.search(text) or _BLANK_IN_DURATION.search(text):
        return False
    lengths = [] if isinstance(tree, Refusal) else [node for node in walk(tree) if isinstance(node, Range | Subquery)]
    steps = [node.step for node in lengths if isinstance(node, Subquery) and node.step is not None]
    return all(length > _NOTHING for length in (*(node.range for node in lengths), *steps))


@contextmanager
def asked(folder: Path, flags: Iterable[str]) -> Iterator[Asked]:
    """Run a server with some feature flags, and ask it over one connection."""
    folder.mkdir(exist_ok=True)
    configuration = folder / "prometheus.yml"
    configuration.write_text("global: {scrape_interval: 1h}\n", encoding="utf-8")
    arguments = [f"--enable-feature={','.join(flags)}"] if flags else []
    with prometheus(folder / "server", configuration, flags=arguments) as server:
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=110)
        connection.request("GET", "/api/v1/status/buildinfo")
        built = json.loads(connection.getresponse().read())["data"]["version"]
        version = release(built)
        assert version is not None
        yield Asked(connection, version, frozenset(flags))
        connection.close()


def literals(folder: Path) -> set[str]:
    """Collect every text in quotes of the Python files below a folder."""
    nodes = (node for path in folder.rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    found = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in found if len(text) < LONGEST}


def rule_expressions(folder: Path) -> set[str]:
    """Collect the expressions of all rule files below a folder."""
    found: set[str] = set()
    for path in sorted(folder.rglob("*.y*ml")):
        try:
            found |= {rule.expression for group in read_files([path]) for rule in group.rules}
        except (GonogoError, ValueError):
            continue  # another kind of file
    return found


@pytest.mark.parametrize("flags", [FLAGS, ()], ids=["every flag", "no flag"])
def test_generated_expressions_agree_with_the_server(
    flags: tuple[str, ...], share: Callable[[int], int], tmp_path: Path
) -> None:
    """The server and the parser agree over each text and over its canonical form."""
    count = share(GENERATED)
    with asked(tmp_path, flags) as server:
        differences = []
        read_by_both = 0
        for text in texts(count, seed=len(flags)):
            differences.append(server.difference(text))
            tree = read(text)
            if not isinstance(tree, Refusal) and server.expects(tree):
                read_by_both += 1
                differences.append(server.difference(written(tree)))
    assert list(filter(None, differences)) == []
    assert read_by_both > count / 5


def test_expressions_of_tests_and_real_rules_agree_with_the_server(tmp_path: Path) -> None:
    """All quoted texts in the tests of this project are compared, PromQL or not."""
    tests = Path(__file__).parents[1]
    folders = [tests, *map(Path, filter(None, [os.environ.get(CORPUS)]))]
    found = literals(tests).union(*(rule_expressions(folder) for folder in folders))
    with asked(tmp_path, FLAGS) as server:
        differences = [server.difference(text) for text in sorted(found)]
    assert list(filter(None, differences)) == []
    assert sum(not isinstance(read(text), Refusal) for text in found) > 2000
