"""`upstate verify --receipt ID`: what a resync left at both ends, and whether each is still as it was then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from rich.table import Table
from rich.text import Text

from upstate.cli.hubs import ReceiptChecked
from upstate.cli.opening import open_hub
from upstate.cli.printing import console, count, number, print_json

if TYPE_CHECKING:
    from upstate.cli.receipts import Checked
    from upstate.hub.receipt import Receipt, ReceiptObject


def show_receipt(district: str | None, resync: int, *, as_json: bool) -> None:
    """Print a receipt; ends with 1 where an end of an object could not be read again."""
    found = open_hub().runner.receipt(district, resync, say=lambda line: click.echo(line, err=True))
    if as_json:
        print_json(receipt_json(found))
    else:
        print_receipt(found)
    unknown = [each for each in found.now if not each.known]
    for each in unknown:
        click.echo(f"upstate: {each.object} could not be read again: {each.district}", err=True)
    if unknown:
        raise click.exceptions.Exit(1)


def print_receipt(found: ReceiptChecked) -> None:
    """The receipt as a table, and in a few sentences what it says."""
    receipt, out = found.receipt, console()
    title = f"Receipt {receipt.resync}: {receipt.district}, {receipt.school_year - 1}-{receipt.school_year}"
    out.print(title, style="bold")
    out.print(_table(receipt, found.now))
    out.print()
    for line in sentences(receipt, found.now):
        out.print(line, soft_wrap=True)


def sentences(receipt: Receipt, now: tuple[Checked, ...]) -> list[str]:
    """What a receipt says, and what is different since."""
    turned = sum(each.turned_away for each in receipt.objects)
    left = sum(each.leftovers for each in receipt.objects)
    lines = []
    if receipt.unequal:
        lines.append(f"What landed was not equal: {', '.join(receipt.unequal)}. Send them again with --everything.")
    elif receipt.objects:
        lines.append(
            f"What landed was equal at both ends, digest for digest: {count(len(receipt.objects), 'object')}. "
            f"Counted apart: {count(turned, 'record')} that did not land, {count(left, 'leftover')}."
        )
    if receipt.untold:
        lines.append(f"No digest was told of {', '.join(receipt.untold)}; nothing is said of them.")
    for end, name in (("district", f"at {receipt.district}"), ("state", "at the state")):
        changed = [each.object for each in now if getattr(each, end) == "changed since"]
        if changed:
            lines.append(f"Changed {name} since: {', '.join(changed)}.")
    if now and all(each.unchanged for each in now):
        lines.append("Both ends are still as they were then.")
    return lines


def receipt_json(found: ReceiptChecked) -> dict[str, Any]:
    """The one JSON object that `verify --receipt ID --json` prints."""
    receipt, now = found.receipt, {each.object: each for each in found.now}
    return {
        "receipt": receipt.resync,
        "district": receipt.district,
        "year": receipt.school_year,
        "agrees": receipt.agrees,
        "untold": list(receipt.untold),
        "objects": [_object_json(each, now.get(each.object)) for each in receipt.objects],
    }


def _object_json(each: ReceiptObject, now: Checked | None) -> dict[str, Any]:
    district, state = each.digests
    landed = each.landed_digests
    return {
        "object": each.object,
        "year": each.school_year,
        "agrees": each.agrees,
        "equal": each.equal,
        "district": {"records": each.district.records, "digest": district, "landed": landed[0]},
        "state": {"records": each.state.records, "digest": state, "landed": landed[1]},
        "turned_away": each.turned_away,
        "leftovers": each.leftovers,
        "now": None if now is None else {"district": now.district, "state": now.state},
    }


def _table(receipt: Receipt, now: tuple[Checked, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    table.add_column("DIS Object", no_wrap=True)
    for heading in ("District", "State", "Not landed", "Leftovers"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("Digest of what landed", "Then", "Now"):
        table.add_column(heading, no_wrap=heading != "Now")
    seen = {each.object: each for each in now}
    for each in receipt.objects:
        ours, theirs = each.landed_digests
        digest = ours if each.agrees else f"{ours} / {theirs}"
        then = Text(each.word, style="green" if each.agrees else "red")
        cells = (each.district.records, each.state.records, each.turned_away, each.leftovers)
        table.add_row(each.object, *map(number, cells), digest, then, _since(seen.get(each.object)))
    return table


def _since(now: Checked | None) -> Text:
    if now is None:
        return Text("–", style="dim")
    if now.unchanged:
        return Text("as then", style="green")
    if not now.known:
        return Text("not read", style="red")
    if now.district == now.state:
        return Text(f"both {now.state}" if now.state == "changed since" else now.state, style="yellow")
    end = "district" if now.state == "as then" else "state"
    return Text(f"{end} changed since", style="yellow")
