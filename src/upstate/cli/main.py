"""The command `upstate`: its commands, and the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import atexit
import gc
import importlib
import logging
import os
import sys
from collections.abc import Sequence

import click

from upstate.cli.opening import RemoteAddress
from upstate.errors import ConfigError, UpstateError

# command: the module under upstate.cli that has it; a module is loaded only when its command is asked for
COMMANDS = (
    "demo",
    "hub",
    "agent",
    "district",
    "plan",
    "resync",
    "status",
    "errors",
    "heal",
    "leftovers",
    "verify",
    "history",
    "catalog",
    "database",
)
REMOTE = (
    "plan",
    "resync",
    "status",
    "errors",
    "heal",
    "leftovers",
    "verify",
    "history",
)  # those that can ask a hub elsewhere
_INTERRUPTED = 130
# new objects; what a command imports is no garbage, and to look for some at every 700 takes a tenth of its start
_LOOK_FOR_GARBAGE = 250_000
# numpy's algebra, which nothing here uses, else keeps a thread for every processor, and each spins when it begins
_NO_ALGEBRA = ("OPENBLAS_NUM_THREADS", "1")


class Commands(click.Group):
    """The commands by name, each loaded from its own file, in the order in which people meet them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Every command's name."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(f"upstate.cli.{cmd_name}"), cmd_name)
        return command if isinstance(command, click.Command) else None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="upstate")
@click.option("--hub", "hub_url", metavar="URL", help="Ask the hub at this address, not this machine's own.")
@click.option("--token", metavar="TOKEN", help="Your token there; better in UPSTATE_TOKEN, where others cannot see it.")
@click.pass_context
def upstate(context: click.Context, hub_url: str | None, token: str | None) -> None:
    """Keeps a state's education database true to its districts.

    Upstate reads objects (Enrollment, Roster, …) from a district's own database, sends them in the order of their
    dependencies, lets in what may come in, and says of every record that did not land why, and which one record is
    the root of it.

    \b
    Try it:  upstate demo
    A hub elsewhere:  upstate --hub https://upstate.example.gov status Lakeside
    """
    if token is not None and hub_url is None:
        raise ConfigError("--token goes with --hub URL.")
    if hub_url is not None and context.invoked_subcommand not in REMOTE:
        raise ConfigError(f"upstate {context.invoked_subcommand} works on this machine alone. Leave out --hub.")
    context.obj = None if hub_url is None else RemoteAddress(hub_url, token)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 with one line of what is wrong, 2 wrong usage, 130 interrupted."""
    gc.set_threshold(_LOOK_FOR_GARBAGE)
    atexit.register(gc.freeze)  # a process that ends gives back all it has, and need not look for garbage first
    os.environ.setdefault(*_NO_ALGEBRA)
    # What the driver says of a connection that was cut off is said by our own errors, in one line.
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)
    try:
        code = upstate.main(args=arguments, prog_name="upstate", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except UpstateError as error:
        _say(error.message)
        sys.exit(1)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "upstate":
            raise
        _say(f'This needs parts that an agent does without ({error.name}). Install them: pip install "upstate[hub]".')
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        _say("stopped. Nothing is lost: running the same command again goes on from here.")
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        # who reads us has seen enough, as in `upstate errors … | head`; keep the interpreter from flushing again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _say(message: str) -> None:
    click.echo(f"upstate: {' '.join(message.split())}", err=True)
