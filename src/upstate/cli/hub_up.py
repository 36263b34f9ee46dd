"""`upstate hub up`, `down`, `serve` and `work`: the hub as processes."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import click

from upstate.cli.logs import log_to_stderr
from upstate.cli.parentage import end_with_parent
from upstate.cli.ports import claim_port
from upstate.cli.settings import open_state, read_settings
from upstate.cli.turns import AT_ONCE
from upstate.errors import ConfigError

_PORT = click.option(
    "--port", metavar="N", type=click.IntRange(1, 65535), help="Default: 8642, or the next that is free."
)
# Views that may be at work at once in a process; others wait their turn. Agents have 9 of them at most (see seats.py).
_THREADS = 16
_CONNECTIONS = 512  # that browsers may keep open to a process: each keeps some, also while it asks nothing
_BEHIND = 5  # a worker beside the pages and the agents' door lets these go first
_AT_ONCE = click.option(
    "--at-once",
    metavar="N",
    type=click.IntRange(1, 64),
    default=AT_ONCE,
    show_default=True,
    help="Resyncs at the same time.",
)

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_CHILD = click.option("--child", is_flag=True, hidden=True, help="End when the process that started this one ends.")


@click.command()
@_PORT
@_AT_ONCE
def up(port: int | None, at_once: int) -> None:
    """Run the hub until Ctrl-C or `upstate hub down`: PostgreSQL, web server, worker, in-process agent.

    The embedded PostgreSQL is started and stopped with it, unless UPSTATE_DATABASE_URL names another.

    \b
    Example:  upstate hub up --port 8642
    """
    from upstate.cli.supervising import run_hub

    run_hub(read_settings(), port=port, at_once=at_once, say=click.echo)


@click.command()
def down() -> None:
    """Stop the hub that runs for this UPSTATE_HOME, and wait for it."""
    from upstate.cli.one_hub import stop_hub

    click.echo("stopped" if stop_hub(read_settings()) else "it was not running")


@click.command()
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", metavar="N", type=click.IntRange(1, 65535), default=8642, show_default=True, help="Its port.")
@click.option(
    "--processes",
    metavar="N",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many answer at once.",
)
@click.option("--certificate", metavar="FILE", type=_FILE, help="Serve HTTPS with this certificate (PEM, its chain).")
@click.option("--certificate-key", metavar="FILE", type=_FILE, help="The certificate's key.")
@click.option("--client-ca", metavar="FILE", type=_FILE, help="Ask everyone for a certificate by this authority.")
@_CHILD
def serve(
    host: str,
    port: int,
    processes: int,
    certificate: Path | None,
    certificate_key: Path | None,
    client_ca: Path | None,
    child: bool,
) -> None:
    """Serve pages, API and the agents' door alone, as on another machine; UPSTATE_ADDRESS says what people type.

    Behind a balancer that speaks HTTPS for it, or with a certificate of its own.

    \b
    Example:  UPSTATE_ADDRESS=https://upstate.example.gov upstate hub serve --host 0.0.0.0 --port 443 \\
                --certificate hub.pem --certificate-key hub.key
    """
    from granian.constants import Interfaces
    from granian.server import Server

    if (certificate is None) is not (certificate_key is None) or (client_ca is not None and certificate is None):
        raise ConfigError("--certificate goes with --certificate-key, --client-ca with both.")
    if child:
        end_with_parent()
    log_to_stderr()
    scheme = "http" if certificate is None else "https"
    os.environ.setdefault("UPSTATE_ADDRESS", f"{scheme}://127.0.0.1:{port}")
    right = None if child else claim_port(host, port)  # `upstate hub up` has it for its child
    if right is None and not child:
        raise ConfigError(f"Port {port} is in use. Choose another with --port.")
    Server(
        "upstate.cli.site:site",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=processes,
        blocking_threads=_THREADS,
        backpressure=_CONNECTIONS,
        backlog=256,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        websockets=False,
        ssl_cert=certificate,
        ssl_key=certificate_key,
        ssl_ca=client_ca,
        ssl_client_verify=client_ca is not None,
        log_level=_granian_level(),
    ).serve()
    if right is not None:
        right.close()


@click.command()
@_AT_ONCE
@_CHILD
def work(at_once: int, child: bool) -> None:
    """Run a worker alone, as on another machine: it runs what is asked for on pages, and sends mails."""
    if child:
        end_with_parent()
        os.nice(_BEHIND)
    log_to_stderr()
    settings = read_settings()
    from upstate.cli.web_settings import read_web_settings

    web = read_web_settings(settings)
    url = open_state(settings, web)
    from upstate.cli.working import Worker

    worker = Worker(url, at_once=at_once, silence=web.lease_seconds * 4 / 3)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: worker.stop())
    thread = threading.Thread(target=worker.work, name="worker")
    thread.start()
    while thread.is_alive():  # a signal is met between two waits
        thread.join(0.5)


def _granian_level() -> Any:
    from granian.log import LogLevels

    return LogLevels.error
