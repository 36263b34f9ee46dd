"""The agent at work: asks for orders, carries them out round by round, and outlives what passes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from upstate.agent.configuration import AgentConfiguration
from upstate.agent.heartbeat import Heartbeat
from upstate.agent.https_door import HttpsDoor, HubCatalog, fetch_catalog, heartbeat_told, here
from upstate.agent.hub_client import HubClient, StopAsked
from upstate.agent.mapping import Mapping, read_mapping
from upstate.agent.round import run_round
from upstate.agent.sources import Source, open_source
from upstate.errors import FencedError, HubAwayError, SourceError, StaleCatalogError
from upstate.wire import WorkOrder
from upstate.wire.protocol import LONGEST_WAIT

_MOST_ATTEMPTS = 3  # to open or read a source that is lost, before its orders fail
_PAUSE = 5.0  # seconds
_AWAY_PAUSE = 60.0

Say = Callable[[str], object]


@dataclass
class _Standing:
    """Every how many seconds the hub wants to hear from us; how often in a row the source was lost; why the hub hands
    out nothing, where it last said so."""

    heartbeat: float
    lost: int = 0
    line: str = ""


def run_agent(configuration: AgentConfiguration, *, stop: threading.Event, say: Say, once: bool = False) -> None:
    """Carry out what the hub asks for until `stop` is set, or, `once`, until there is nothing more.

    HubError where the hub refuses this agent, ConfigError or MappingError where the configuration is wrong. What is
    stopped in the middle goes on from there the next time.
    """
    with HubClient(configuration.hub, configuration.key, stop=stop, say=say) as client:
        try:
            hello = client.ask("POST", "/hello", json={**here(), "fresh": True})
            say(f"The agent of {hello.get('district')} works for {client.url}.")
            standing = _Standing(heartbeat_told(hello))
            catalog = fetch_catalog(client)
            source = _source(configuration, catalog)
            while not stop.is_set():
                try:
                    if not _one_round(client, catalog, source, stop, standing, say, wait=not once) and once:
                        return
                except StaleCatalogError:
                    say("The hub has another catalog; going on with that one.")
                    catalog = fetch_catalog(client)
                    source = _source(configuration, catalog)
                except HubAwayError as error:
                    say(error.message)
                    stop.wait(_AWAY_PAUSE)
        except StopAsked:
            pass
    say("The agent has stopped.")


def _one_round(
    client: HubClient,
    catalog: HubCatalog,
    source: Source,
    stop: threading.Event,
    standing: _Standing,
    say: Say,
    *,
    wait: bool,
) -> bool:
    """One round, of one resync; whether there was anything to do."""
    door = HttpsDoor(client, catalog, wait=LONGEST_WAIT if wait else 0)
    begun: list[WorkOrder] = []

    def progress(order: WorkOrder, _records: int) -> None:
        if stop.is_set():
            raise StopAsked
        if not begun or begun[-1].id != order.id:
            begun.append(order)
            standing.lost = 0

    try:
        with Heartbeat(door, standing.heartbeat):
            count = run_round(door, source, catalog.catalog, progress)
    except FencedError as error:
        say(error.message)
        return True
    except SourceError as error:
        _source_lost(client, door, error, standing, say)
        stop.wait(_PAUSE if standing.lost else 0.0)
        return True
    if count:
        standing.lost = 0
        say(f"Carried out {count} orders.")
    if door.line and door.line != standing.line:
        say(door.line)
    standing.line = door.line
    if wait and not count:
        stop.wait(door.after)
    return count > 0


def _source_lost(client: HubClient, door: HttpsDoor, error: SourceError, standing: _Standing, say: Say) -> None:
    """A source that was lost may be back in a moment; one that stays away fails the order that could not be read."""
    standing.lost += 1
    say(f"The source cannot be read, attempt {standing.lost} of {_MOST_ATTEMPTS}: {error.message}")
    order = door.claimed
    if order is not None and standing.lost >= _MOST_ATTEMPTS:
        try:
            door.fail(order, error.message)
        except FencedError as fenced:
            say(fenced.message)
        standing.lost = 0
    else:
        client.ask("POST", "/hello", json={**here(), "fresh": True})  # what we held is to be handed out again


def _source(configuration: AgentConfiguration, catalog: HubCatalog) -> Source:
    file = configuration.mapping
    mapping = Mapping() if file is None else read_mapping(file, catalog.catalog)
    return open_source(configuration.source_url, mapping)
