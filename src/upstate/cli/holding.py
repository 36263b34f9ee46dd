"""`upstate hub pause`, `resume` and `cancel`: holding a resync back that has not ended."""

from __future__ import annotations

import getpass

import click

from upstate.cli.settings import open_state

_DISTRICT = click.argument("district")
_RESYNC = click.argument("resync", type=click.IntRange(1))


@click.command()
@_DISTRICT
@_RESYNC
def pause(district: str, resync: int) -> None:
    """Hand out nothing more of a resync until it is resumed."""
    _hold(district, resync, "pause")


@click.command()
@_DISTRICT
@_RESYNC
def resume(district: str, resync: int) -> None:
    """Go on with a resync that was paused."""
    _hold(district, resync, "resume")


@click.command()
@_DISTRICT
@_RESYNC
def cancel(district: str, resync: int) -> None:
    """End a resync; what has landed stays at the state as it is."""
    _hold(district, resync, "cancel")


def _hold(district: str, resync: int, wish: str) -> None:
    open_state()
    from upstate.hub.districts import find_district
    from upstate.hub.holding import WISHES, hold_resync
    from upstate.hub.models import District

    known = District.objects.select_related("zone").get(pk=find_district(district).id)
    (wanted,) = (each for each in WISHES if each == wish)
    click.echo(hold_resync(known, resync, wanted, by=getpass.getuser(), person=None))
