"""Which hub a command asks: the one that the command line names, or this machine's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from upstate.cli.hubs import Hub

if TYPE_CHECKING:
    from upstate.cli.remote_client import RemoteClient


@dataclass(frozen=True, slots=True)
class RemoteAddress:
    """A hub elsewhere, and the token to show it; None: the one in UPSTATE_TOKEN."""

    url: str
    token: str | None


def open_hub() -> Hub:
    """The hub that the command line names, or this machine's own, made ready to be asked."""
    context = click.get_current_context()
    address = context.find_root().obj
    if isinstance(address, RemoteAddress):
        from upstate.cli.remote_client import RemoteClient

        client = RemoteClient(address.url, address.token)
        context.call_on_close(client.close)
        return _remote_hub(client)
    from upstate.cli.settings import open_state

    return _local_hub(open_state(apps_of_pages=False))


def _remote_hub(client: RemoteClient) -> Hub:
    """A hub elsewhere, asked through its REST API."""
    from upstate.cli.remote_districts import RemoteDistricts
    from upstate.cli.remote_leftovers import RemoteLeftovers
    from upstate.cli.remote_reports import RemoteReports
    from upstate.cli.remote_runner import RemoteRunner

    districts = RemoteDistricts(client)
    return Hub(RemoteRunner(districts), RemoteLeftovers(districts), RemoteReports(districts))


def _local_hub(database_url: str) -> Hub:
    """The hub of this machine's own settings, asked through its database."""
    from upstate.cli.local_leftovers import LocalLeftovers
    from upstate.cli.local_reports import LocalReports
    from upstate.cli.local_runner import LocalRunner

    return Hub(LocalRunner(database_url), LocalLeftovers(database_url), LocalReports(database_url))
