"""The documentation: its links lead to files and headings, and its table lists the real commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gonogo.cli.main import gonogo
from gonogo.model.policy import Role
from gonogo.policy.inputs import policy_rules
from gonogo.policy.load import load

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = (ROOT / "README.md", *DOCS)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"^\| `gonogo ([\w-]+)(?: ([\w\\|-]+))?` \|", re.MULTILINE)
"""A row of the table of commands: the command, and its subcommands with a bar between them."""


def prose(page: Path) -> str:
    """Return the text of a page without its fenced blocks."""
    return FENCED.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> Iterator[str]:
    """Yield the anchors of a page's headings: lower case, without punctuation, with hyphens."""
    for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def commands() -> dict[str, tuple[str, ...]]:
    """Return the commands of ``gonogo --help``, each with its subcommands."""
    context = click.Context(gonogo)
    found = {name: gonogo.get_command(context, name) for name in gonogo.list_commands(context)}
    return {
        name: tuple(command.list_commands(context)) if isinstance(command, click.Group) else ()
        for name, command in found.items()
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    """A link to a page that was renamed is found."""
    assert [link for link in relative_links(page) if not leads(page, link)] == []


def test_most_pages_have_a_relative_link() -> None:
    """The pattern finds links, so the links are checked."""
    assert sum(bool(relative_links(page)) for page in PAGES) > len(PAGES) / 2


def relative_links(page: Path) -> list[str]:
    """List the links of a page that lead to files of this project or to its own headings."""
    return [link for link in LINK.findall(prose(page)) if "://" not in link]


def leads(page: Path, link: str) -> bool:
    """Return whether a link of a page leads to a file, and to a heading if it names one."""
    place, _, anchor = link.partition("#")
    target = page.parent / place if place else page
    return target.exists() and (not anchor or anchor in anchors(target))


def test_every_page_is_in_a_list_of_contents() -> None:
    """docs/README.md lists the pages, and docs/ops/README.md lists the runbooks."""
    for contents in (ROOT / "docs" / "README.md", ROOT / "docs" / "ops" / "README.md"):
        text, others = prose(contents), set(contents.parent.glob("*.md")) - {contents}
        assert others
        assert [page.name for page in others if f"({page.name})" not in text] == []


def test_the_readme_links_every_page() -> None:
    """Every page is one step away from the first page."""
    text = prose(ROOT / "README.md")
    for page in (ROOT / "docs").glob("*.md"):
        assert f"(docs/{page.name})" in text, f"README.md does not link {page.name}"
    assert "(docs/ops/README.md)" in text


def test_the_table_of_the_readme_has_exactly_the_real_commands() -> None:
    """The subcommands are compared too."""
    table = {name: tuple(sorted(re.findall(r"[\w-]+", subs))) for name, subs in COMMAND.findall(prose(PAGES[0]))}
    assert table == commands()


def test_help_names_the_commands() -> None:
    """``gonogo --help`` shows each command of the group."""
    shown = CliRunner().invoke(gonogo, ["--help"]).output
    assert set(commands()) == set(re.findall(r"^  (\w+)  ", shown.partition("Commands:")[2], re.MULTILINE))


def test_the_readme_names_the_exit_codes_of_help() -> None:
    """The two lists of exit codes are the same."""
    shown = CliRunner().invoke(gonogo, ["--help"]).output
    promised = re.findall(r"\b(\d+) ", shown.partition("Exit codes:")[2])
    assert promised == re.findall(r"^\| (\d+) \|", prose(PAGES[0]), re.MULTILINE)


def test_the_first_policy_of_the_readme_needs_no_file_beside_it(tmp_path: Path) -> None:
    """Whoever copies it into an empty folder is told about the server, and not about missing rule files."""
    block = re.search(r"^```yaml\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert block is not None
    path = tmp_path / "gonogo.yaml"
    path.write_text(block[1], encoding="utf-8")
    policy = load(path)
    assert policy_rules(policy) == ()
    assert [str(placed.condition) for placed in policy.policy.conditions((Role.REQUIRE,))] == ["api_up >= 0.9 for 5m"]
