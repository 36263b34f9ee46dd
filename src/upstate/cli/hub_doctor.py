"""`upstate hub doctor`: what is wrong with a hub, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from upstate.cli.printing import console, count, print_json
from upstate.errors import ConfigError, EmbeddedError

if TYPE_CHECKING:
    from upstate.hub.doctor import Finding
    from upstate.hub.web.configuration import WebConfiguration

_STYLE = {"good": "green", "mind": "yellow", "mend": "red"}


@click.command()
@click.option("--deep", is_flag=True, help="Also read every row that refers to another, of every district.")
@click.option("--all", "everything", is_flag=True, help="Show what is good, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: mend, mind, findings.")
def doctor(deep: bool, everything: bool, as_json: bool) -> int:
    """Look the hub over: server, tables, work under way, settings. Changes nothing.

    One line a finding, with its mend: "mend" does not work or will not for long, "mind" works but should be known.
    Ends with 1 where something must be mended.

    \b
    Examples:  upstate hub doctor
               upstate hub doctor --deep --json
    """
    found = list(_found(deep=deep))
    counts = {level: sum(each.level == level for each in found) for level in ("good", "mind", "mend")}
    if as_json:
        print_json({"mend": counts["mend"], "mind": counts["mind"], "findings": [asdict(each) for each in found]})
    else:
        _print(found, counts, everything=everything)
    return 1 if counts["mend"] else 0


def _found(*, deep: bool) -> Iterator[Finding]:
    from upstate.cli.settings import open_state, read_settings
    from upstate.cli.web_settings import read_web_settings

    settings = read_settings()
    web = read_web_settings(settings)
    try:
        url = open_state(settings, _usable(web))
    except EmbeddedError as error:
        from upstate.hub.doctor import Finding

        yield Finding("database", "mend", error.message, "See its log in UPSTATE_HOME/postgres/server.log.")
        return
    from upstate.hub.doctor import examine

    yield from examine(url, settings.home, web, deep=deep)


def _usable(web: WebConfiguration) -> WebConfiguration | None:
    """The site's settings; None where they are wrong, which is for the examination to say."""
    try:
        web.settings()
    except ConfigError:
        return None
    return web


def _print(found: list[Finding], counts: dict[str, int], *, everything: bool) -> None:
    out = console()
    for each in found:
        if everything or each.level != "good":
            out.print(each.level, style=_STYLE[each.level], end="  ", soft_wrap=True)
            out.print(" ".join(f"{each.check}: {each.says} {each.mend}".split()), soft_wrap=True)
    looked = f"Looked at {count(len(found), 'thing')}"
    if counts["mend"] or counts["mind"]:
        out.print(f"{looked}: {counts['mend']} to mend, {counts['mind']} to mind.")
    else:
        out.print(f"{looked}: all is well.")
