"""The command line of ``gonogo``: lazy subcommands.

A subcommand is imported only when it is called or asked for help, so that a beat
does not pay for what a verdict needs.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import NoReturn

import click

from gonogo import __version__
from gonogo.cli.door import through

COMMANDS = {
    "decide": ("gonogo.cli.decide:decide", "Answer GO, HOLD or NO-GO now, with the evidence."),
    "dryrun": ("gonogo.cli.dryrun:dryrun", "Check, decide, then watch: the main job."),
    "heartbeat": ("gonogo.cli.heartbeat:heartbeat", "Beat, keep beating, or verify beats end to end."),
    "journal": ("gonogo.cli.journal:journal", "List and show what was recorded."),
    "lint": ("gonogo.cli.lint:lint", "Find what is wrong in the rules that a server would load."),
    "reload": ("gonogo.cli.reload:reload", "Reload the server: proved loaded, or proved back."),
    "rules": ("gonogo.cli.rules:rules", "Write the policy's recording rules, alerts and tests."),
    "sandbox": ("gonogo.cli.sandbox:sandbox", "Run the demo stack on real servers until interrupted."),
    "schema": ("gonogo.cli.schema:schema", "Print the JSON Schema of the policy file."),
    "test": ("gonogo.cli.test:test", "Run the unit tests of the rules; nothing passes in silence."),
}
"""Name -> where its command lives, and its line in ``gonogo --help``."""

DEBUG = "--debug"


class LazyGroup(click.Group):
    """A group that imports a subcommand when it is first needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the subcommands in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Import one subcommand; ``None`` where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}:{attribute} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """List the subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 GO or passed, 1 NO-GO or failed, 2 usage or policy, 3 HOLD or undecided, "
    "4 aborted or rolled back, 70 a bug, 130 interrupted.",
)
@click.version_option(__version__, prog_name="gonogo")
@click.option(DEBUG, is_flag=True, help="Show the traceback of an error.")
def gonogo(*, debug: bool) -> None:
    """Decide whether a system may go: GO, HOLD or NO-GO.

    Example: gonogo decide --policy gonogo.yaml
    """
    del debug


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    argv = sys.argv[1:] if arguments is None else arguments
    debug, others = _debugging(argv)
    through(lambda: gonogo.main(args=others, prog_name="gonogo", standalone_mode=False), debug=debug)


def _debugging(argv: list[str]) -> tuple[bool, list[str]]:
    """Take ``--debug`` from wherever it stands: it is asked for when a command has failed, and added at its end."""
    options = argv[: argv.index("--")] if "--" in argv else argv
    others = [option for option in options if option != DEBUG]
    return len(others) < len(options), [*others, *argv[len(options) :]]
