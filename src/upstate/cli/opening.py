"""Which hub a command asks: the one that the command line names, or this machine's own."""

from __future__ import annotations

import click

from upstate.cli.hubs import Hub, RemoteAddress


def open_hub() -> Hub:
    """The hub that the command line names, or this machine's own, made ready to be asked."""
    context = click.get_current_context()
    address = context.find_root().obj
    if isinstance(address, RemoteAddress):
        from upstate.cli.remote import RemoteHub
        from upstate.cli.remote_client import RemoteClient

        client = RemoteClient(address.url, address.token)
        context.call_on_close(client.close)
        return RemoteHub(client)
    from upstate.cli.local_hub import open_local_hub

    return open_local_hub()
