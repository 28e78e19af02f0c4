"""Finds tests that can pass without one assertion: each one is in an ``if``, or in a loop that may have no turn.

A test is sound if an assertion runs whatever the data is: beside every ``if`` and loop, in both branches of an ``if``,
or in a loop over a literal that has elements. A call of a function of ``tests`` counts if that function is sound.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import UnionType

ROOT = Path(__file__).resolve().parents[2]
RAISING = {"raises", "warns", "fail"}
SAME_LENGTH = {"sorted", "list", "tuple", "set", "enumerate", "reversed", "zip"}


@dataclass(frozen=True)
class Module:
    """A module of tests.

    Attributes:
        tree: the module as parsed.
        all: every module of the project by its dotted name, to follow imports.
    """

    tree: ast.Module
    all: Mapping[str, Module]

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        """Return the functions of the module, those inside of others and of classes included."""
        return {node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)}

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """Return what is assigned to a name at the top of the module."""
        found = {}
        for node in self.tree.body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                found.update({target.id: node.value for target in targets if isinstance(target, ast.Name)})
        return found

    @cached_property
    def imported(self) -> dict[str, tuple[Module, str]]:
        """Return each name imported from another module of the project: that module, and the name there."""
        return {
            alias.asname or alias.name: (self.all[node.module], alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module is not None and node.module in self.all
            for alias in node.names
        }

    def asserts(self, body: Iterable[ast.stmt], busy: tuple[str, ...] = ()) -> bool:
        """Return whether an assertion runs whenever these statements do; ``busy`` are the functions being looked at."""
        for statement in body:
            if self._asserts(statement, busy):
                return True
            left_sound = isinstance(statement, ast.If) and not statement.orelse and self.asserts(statement.body, busy)
            if _may_leave(statement) and not left_sound:
                return False
        return False

    def _asserts(self, node: ast.stmt, busy: tuple[str, ...]) -> bool:
        sound = False
        match node:
            case ast.Assert():
                sound = True
            case ast.With():
                said = any(self._is_sound_call(item.context_expr, busy) for item in node.items)
                sound = said or self.asserts(node.body, busy)
            case ast.For():
                sound = self.has_elements(node.iter) and self.asserts(node.body, busy)
            case ast.If():
                sound = self.asserts(node.body, busy) and self.asserts(node.orelse, busy)
            case ast.While(test=ast.Constant(value=True)):
                sound = self.asserts(node.body, busy)
            case ast.Try():
                sound = self.asserts([*node.body, *node.finalbody], busy)
            case ast.Expr() | ast.Assign() | ast.AnnAssign() | ast.Return():
                sound = any(self._is_sound_call(part, busy) for part in _run_at_once(node.value))
        return sound

    def _is_sound_call(self, node: ast.AST, busy: tuple[str, ...]) -> bool:
        if not isinstance(node, ast.Call):
            return False
        if isinstance(node.func, ast.Attribute):
            return node.func.attr in RAISING
        if not isinstance(node.func, ast.Name) or node.func.id in busy:
            return False
        name = node.func.id
        if name in self.functions:
            return self.asserts(self.functions[name].body, (*busy, name))
        module, there = self.imported.get(name, (self, ""))
        return there in module.functions and module.asserts(module.functions[there].body, (*busy, name))

    def has_elements(self, node: ast.expr) -> bool:
        """Return whether an expression is a literal with elements, as far as it can be followed."""
        sure = False
        match node:
            case ast.Tuple() | ast.List() | ast.Set():
                sure = any(not isinstance(one, ast.Starred) or self.has_elements(one.value) for one in node.elts)
            case ast.Dict():
                sure = bool(node.keys)
            case ast.Constant():
                sure = isinstance(node.value, str | bytes) and bool(node.value)
            case ast.Name():
                module, name = self.imported.get(node.id, (self, node.id))
                sure = name in module.constants and module.has_elements(module.constants[name])
            case ast.Call(func=ast.Name(id="range"), args=[*_, ast.Constant(value=int(last))]):
                sure = last > 0
            case ast.Call(func=ast.Name(id=name), args=[*args]) if name in SAME_LENGTH:
                sure = bool(args) and all(self.has_elements(one) for one in args)
            case ast.Call(func=ast.Attribute(value=of, attr="items" | "values" | "keys"), args=[]):
                sure = self.has_elements(of)
            case ast.BinOp(op=ast.Add()):
                sure = self.has_elements(node.left) or self.has_elements(node.right)
        return sure


def _may_leave(node: ast.AST, leaving: type | UnionType = ast.Return | ast.Continue | ast.Break) -> bool:
    """Return whether a statement may end the function, or the turn of a loop, so that what follows does not run."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return False
    inside = ast.Return if isinstance(node, ast.For | ast.While) else leaving
    return isinstance(node, leaving) or any(_may_leave(part, inside) for part in ast.iter_child_nodes(node))


def _run_at_once(node: ast.AST | None) -> Iterator[ast.AST]:
    """Yield the parts of an expression that are evaluated whenever it is."""
    if node is None or isinstance(node, ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp):
        return
    yield node
    for part in ast.iter_child_nodes(node):
        yield from _run_at_once(part)


def cases(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Yield the tests of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def read(*folders: Path) -> dict[str, Module]:
    """Read every module of some packages by its dotted name."""
    modules: dict[str, Module] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            name = ".".join(path.relative_to(folder.parent).with_suffix("").parts)
            modules[name] = Module(ast.parse(path.read_text(encoding="utf-8")), modules)
    return modules


def main() -> int:
    """Print each test that can pass without an assertion; the exit code is 1 if there is one."""
    found = 0
    for name, module in read(ROOT / "tests", ROOT / "src" / "gonogo").items():
        for test in cases(module.tree) if name.startswith("tests.") else ():
            if not module.asserts(test.body):
                place = f"{name.replace('.', '/')}.py:{test.lineno}"
                print(f"{place}: {test.name} can pass without an assertion", file=sys.stderr)
                found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
