"""`upstate agent`: the program that runs in a district, beside its database."""

from __future__ import annotations

import os
import signal
import threading
from datetime import datetime
from pathlib import Path

import click

from upstate.errors import ConfigError

_CONFIG = click.option(
    "--config",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    default="upstate-agent.toml",
    envvar="UPSTATE_AGENT_CONFIG",
    show_default=True,
    help="The agent's configuration.",
)
_FILE = click.Path(path_type=Path)
_MARKS = {"good": "ok   ", "mind": "mind ", "wrong": "WRONG"}


@click.group()
def agent() -> None:
    """A district's own agent: reads its database, and sends to a hub elsewhere over HTTPS."""


@agent.command()
@click.option("--hub", "hub_url", metavar="URL", required=True, help="The hub's address, https://….")
@click.option("--code", metavar="CODE", help="The code from the hub's Agents page; asked for where it is left out.")
@click.option("--source", "source_url", metavar="URL", help="Where the district's database is.")
@click.option("--mapping", metavar="FILE", help="Where objects and columns come from when their names differ.")
@click.option("--ca", metavar="FILE", type=_FILE, help="An authority to trust beside this machine's own.")
@click.option("--certificate", metavar="FILE", type=_FILE, help="A certificate to show, where the hub asks for one.")
@click.option("--certificate-key", metavar="FILE", type=_FILE, help="That certificate's key.")
@_CONFIG
def init(
    hub_url: str,
    code: str | None,
    source_url: str | None,
    mapping: str | None,
    ca: Path | None,
    certificate: Path | None,
    certificate_key: Path | None,
    file: Path,
) -> None:
    """Connect this agent to a hub: exchange a code for a key, and write the configuration.

    A configuration that is there stays as it is; the key beside it is replaced.

    \b
    Example:  upstate agent init --hub https://upstate.example.gov --source postgresql://reader@sis/lakeside
    """
    from upstate.agent.configuration import keep_secret, new_configuration
    from upstate.agent.enrolling import enroll
    from upstate.agent.hub_client import HubAddress, checked

    address = HubAddress(checked(hub_url), ca=ca, certificate=certificate, certificate_key=certificate_key)
    address.tls()  # a file that will not do is told before the code is used up
    folder = file.absolute().parent
    if not os.access(folder, os.W_OK):
        raise ConfigError(f"{folder} cannot be written to. Choose another place with --config.")
    key, district = enroll(address, code or click.prompt("Code from the hub's Agents page"))
    keep_secret(folder / "agent.key", key)
    if file.exists():
        click.echo(f"{file} stays as it is.")
    else:
        if source_url is not None and "://" not in source_url:
            source_url = str(Path(source_url).absolute())
        mapping = None if mapping is None else str(Path(mapping).absolute())
        keep_secret(file, new_configuration(address, source_url, mapping).rstrip("\n"))
    click.echo(f"This is the agent of {district} now. Look it over: upstate agent check --config {file}")


@agent.command()
@_CONFIG
def check(file: Path) -> int:
    """Look everything over, a line each: hub, certificate, clock, source, every object. Ends with 1 if one is wrong."""
    from upstate.agent.checking import check_agent
    from upstate.agent.configuration import read_configuration

    wrong = False
    for finding in check_agent(read_configuration(file, os.environ)):
        click.echo(f"{_MARKS[finding.verdict]}  {finding.what}: {finding.line}")
        wrong = wrong or finding.verdict == "wrong"
    return int(wrong)


@agent.command()
@click.option("--once", is_flag=True, help="End when there is nothing more to do.")
@_CONFIG
def run(file: Path, once: bool) -> None:
    """Carry out what the hub asks for, until Ctrl-C or SIGTERM; what is cut short goes on the next time.

    The first of them lets the batch under way end, or ends the agent in a moment where it has no work; a second one
    ends it at once.
    """
    from upstate.agent.configuration import read_configuration
    from upstate.agent.running import run_agent

    stop = threading.Event()

    def stop_soon(*_: object) -> None:
        stop.set()
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop_soon)
    run_agent(read_configuration(file, os.environ), stop=stop, say=_say, once=once)


@agent.command()
@_CONFIG
def rotate(file: Path) -> None:
    """Get another key from the hub in place of this one."""
    from upstate.agent.configuration import read_configuration
    from upstate.agent.enrolling import rotate as rotate_key

    rotate_key(read_configuration(file, os.environ))
    click.echo("The agent has another key; the one before is refused from now on.")


def _say(line: str) -> None:
    click.echo(f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {line}", err=True)
