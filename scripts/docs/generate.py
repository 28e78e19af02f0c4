"""Writes the pages of docs/ that are made from the code; ``--check`` only compares.

Each page is a function from nothing to text, listed in ``PAGES``.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from inspect import cleandoc
from pathlib import Path

from gonogo.lint import checks as home
from gonogo.lint.core.catalogue import checks, findings
from gonogo.lint.core.check import Check, Example
from gonogo.rulepack import gates
from gonogo.rulepack.gates import PresetGate
from gonogo.rulepack.gates.catalogue import PRESET_GATES
from tests.example_estate import estate_of

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEMPLATES = Path(gates.__path__[0]).parent / "templates"


def gates_page() -> str:
    """Join the docstrings of the gates' files and the templates of their rules, in the order of the reports."""
    modules = [
        importlib.import_module(f"gonogo.rulepack.gates.{found.name}") for found in pkgutil.iter_modules(gates.__path__)
    ]
    texts = {id(module.GATE): module.__doc__ or "" for module in modules if hasattr(module, "GATE")}
    intro = (
        "# The gates of the preset\n\n"
        "`make docs` writes this page from the files in `src/gonogo/rulepack/gates`. Every threshold is in the policy, "
        "and nowhere else: see [policy.md](policy.md). Any query, and the number of firing alerts, can be a gate of "
        "your own: see [signals.md](signals.md).\n\n"
        "The rules are templates, and `gonogo rules` fills them in. `${P}` is the prefix and `${realm}` the matcher of "
        "the realm. `${by}` keeps the labels of one subject, `${by_realm}` only the realm."
    )
    return "\n\n".join([intro, *(_section(gate, texts[id(gate)]) for gate in PRESET_GATES)]) + "\n"


def _section(gate: PresetGate, docstring: str) -> str:
    demoted = re.sub(r"^## ", "### ", cleandoc(docstring), flags=re.MULTILINE)
    rules = (TEMPLATES / f"{gate.template}.yml").read_text("utf-8").partition("\nalerts:\n")[0].rstrip()
    return f"## {gate.name}\n\n{demoted}\n\n### Rules\n\n```yaml\n{rules}\n```"


def lint_checks_page() -> str:
    """Join the docstrings of the checks' files, each with what it finds in its bad example, and the good one."""
    found = checks()
    texts = {one: _docstring(f"{home.__name__}.{one.replace('-', '_')}") for one in found}
    intro = (
        "# The checks of gonogo lint\n\n"
        f"Made by `make docs` from the {len(found)} files in `src/gonogo/lint/checks`; every example is also a test. "
        "How to run them, and how to silence one: [lint.md](lint.md).\n\n"
        "| check | usually | what it finds |\n|---|---|---|"
    )
    rows = (
        f"| [{one}](#{one}) | {found[one].severity} | {texts[one].partition(chr(10))[0].replace('|', chr(92) + '|')} |"
        for one in sorted(found)
    )
    sections = (_check_section(found[one], texts[one]) for one in sorted(found))
    return "\n".join([intro, *rows]) + "\n\n" + "\n\n".join(sections) + "\n"


def _docstring(module: str) -> str:
    return cleandoc(importlib.import_module(module).__doc__ or "").replace("``", "`")


def _check_section(check: Check, text: str) -> str:
    told = "\n".join(
        f"- {finding.where.start}: {finding.message}" for finding in findings(estate_of(check.bad), [check])
    )
    parts = [f"## {check.id}", text, "It finds fault with", _files(check.bad), told]
    good = _files(check.good)
    parts += ["and not with", good] if good != _files(check.bad) else ["and not where what it asks about is in order."]
    return "\n\n".join(parts)


def _files(example: Example) -> str:
    several = len(example.files) > 1
    return "\n\n".join(
        (f"`{name}`:\n\n" if several else "") + f"```yaml\n{text.rstrip()}\n```" for name, text in example.files.items()
    )


def fault_matrix_page() -> str:
    """Tabulate the faults that the tests inject into a real stack."""
    from tests.fault_matrix.catalogue import DISTINCT, FAULTS, NEWER  # noqa: PLC0415 - only this page needs the tests

    kinds = Counter(fault.kind for fault in FAULTS)
    newer = sum(fault.stage in {"evidence", "edge"} for fault in FAULTS)
    runs = dict.fromkeys(DISTINCT, "yes") | dict.fromkeys(NEWER, "yes, on 3.x too")
    intro = (
        "# Fault matrix\n\n"
        f"Made by `make docs` from `tests/fault_matrix`: {len(FAULTS)} faults, each injected into a real stack by "
        f"`make fault-matrix`, and the {len(DISTINCT)} that differ in class of mechanism, class of signal, gate, "
        "verdict or reason also by `make test`. Every one sees GO "
        "first, then the fault with the verdict and the first reason named here (and never GO), then its repair and "
        "GO again; a fault that lies in the history has a stack of its own. `violated` means that a condition is "
        "known to be false.\n\n"
        f"All were seen on Prometheus 2.42. The {newer} from `silent-under-max` on, which are about evidence, were "
        f"seen on Prometheus 3.5 too, and `make test` injects {len(NEWER)} of them into a newer Prometheus as well.\n\n"
        f"By mechanism: {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))}.\n\n"
        "| fault | what is done | hits | gate | verdict | reason | in `make test` |\n|---|---|---|---|---|---|---|\n"
    )
    rows = (
        f"| {fault.name} | {fault.mechanism} | {fault.signal} | {fault.gate} | {fault.verdict} "
        f"| {fault.reason or 'violated'} | {runs.get(fault.name, '')} |"
        for fault in FAULTS
    )
    return intro + "\n".join(rows) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "gates.md": gates_page,
    "lint-checks.md": lint_checks_page,
    "fault-matrix.md": fault_matrix_page,
}


def main(arguments: list[str]) -> int:
    """Write every page, or name those that are not what the code makes of them."""
    stale = 0
    for name, make in PAGES.items():
        page = DOCS / name
        text = make()
        if arguments == ["--check"] and (not page.exists() or page.read_text(encoding="utf-8") != text):
            print(f"docs/{name} is not what the code makes of it; run make docs", file=sys.stderr)
            stale += 1
        elif arguments != ["--check"]:
            page.write_text(text, encoding="utf-8")
            print(f"docs/{name}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
