"""The command line of ``gonogo``, with lazy subcommands.

A subcommand is imported only when it is called or its help is shown, so that a beat
does not import the modules of a verdict.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import NoReturn

import click
import click.shell_completion

from gonogo.cli.door import answer, through
from gonogo.environment import variable
from gonogo.version import __version__

COMMANDS = {
    "decide": ("gonogo.cli.decide:decide", "Answer GO, HOLD or NO-GO now, with the evidence."),
    "dryrun": ("gonogo.cli.dryrun:dryrun", "Check, decide, then watch: the main job."),
    "heartbeat": ("gonogo.cli.heartbeat:heartbeat", "Beat, keep beating, or verify beats end to end."),
    "journal": ("gonogo.cli.journal:journal", "List and show the records of verdicts and runs."),
    "lint": ("gonogo.cli.lint:lint", "Find faults in the rules that a server would load."),
    "reload": ("gonogo.cli.reload:reload", "Reload the server, and roll back if the proof fails."),
    "rules": ("gonogo.cli.rules:rules", "Write the policy's recording rules, alerts and tests."),
    "sandbox": ("gonogo.cli.sandbox:sandbox", "Run the demo stack on real servers until interrupted."),
    "schema": ("gonogo.cli.schema:schema", "Print the JSON Schema of the policy file."),
    "test": ("gonogo.cli.test:test", "Run the unit tests of the rules, and find silent passes."),
}
"""Name -> the place of the command, and its line in ``gonogo --help``."""

DEBUG = "--debug"

NAME = "gonogo"

COMPLETING = "_GONOGO_COMPLETE"
"""The environment variable with which a shell asks for completions."""


class LazyGroup(click.Group):
    """A group that imports a subcommand when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the subcommands in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Import and return a subcommand; ``None`` if there is no subcommand with that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}:{attribute} is not a command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the subcommand. An unknown name is an error with the nearest names as a hint."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS and not ctx.resilient_parsing:
            raise click.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """List the subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


def _completion(context: click.Context, parameter: click.Parameter, shell: str | None) -> None:  # noqa: ARG001 - click's
    if shell is None or context.resilient_parsing:
        return
    script = click.shell_completion.get_completion_class(shell)
    assert script is not None  # noqa: S101 - the choice has only shells that click knows
    answer(script(context.command, {}, NAME, COMPLETING).source())
    context.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 GO or passed, 1 NO-GO or failed, 2 usage or policy, 3 HOLD or undecided, "
    "4 aborted or rolled back, 70 a bug, 74 the answer could not be written, 130 interrupted, 141 its reader left.",
)
@click.version_option(__version__, prog_name="gonogo")
@click.option(DEBUG, is_flag=True, help="Show the traceback of an error.")
@click.option(
    "--completion",
    type=click.Choice(["bash", "zsh", "fish"]),
    expose_value=False,
    is_eager=True,
    callback=_completion,
    help="Print the script that completes commands, options and values in a shell.",
)
def gonogo(*, debug: bool) -> None:
    """Decide whether a system may go: GO, HOLD or NO-GO.

    Example: gonogo decide --policy gonogo.yaml
    """
    del debug


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    argv = sys.argv[1:] if arguments is None else arguments
    debug, others = _debugging(argv)
    through(lambda: _called(others), argv, debug=debug)


def _called(arguments: list[str]) -> object:
    """Call the command that the arguments name.

    The ``main`` of click is not used: it turns a lost pipe into exit code 1, and loses the number of a signal.
    """
    if variable(COMPLETING) is not None:
        return gonogo.main(args=arguments, prog_name=NAME, complete_var=COMPLETING)
    with gonogo.make_context(NAME, [*arguments]) as context:
        return gonogo.invoke(context)


def _debugging(argv: list[str]) -> tuple[bool, list[str]]:
    """Remove ``--debug`` from any place: users add it at the end of a command that failed. Return if it was there."""
    options = argv[: argv.index("--")] if "--" in argv else argv
    others = [option for option in options if option != DEBUG]
    return len(others) < len(options), [*others, *argv[len(options) :]]
