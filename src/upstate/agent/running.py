"""The agent at work: asks for orders, carries them out round by round, and outlives what passes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from upstate.agent.configuration import AgentConfiguration
from upstate.agent.heartbeat import Heartbeat
from upstate.agent.https_door import HttpsDoor, HubCatalog, fetch_catalog, heartbeat_told, here
from upstate.agent.hub_client import HubClient, StopAsked
from upstate.agent.losing import MOST_LOSSES, Losses, lost_again, why_given_up
from upstate.agent.mapping import Mapping, read_mapping
from upstate.agent.round import run_round
from upstate.agent.sources import Source, open_source
from upstate.errors import FencedError, HubAwayError, LostSourceError, SourceError, StaleCatalogError
from upstate.wire import WorkOrder
from upstate.wire.protocol import LONGEST_WAIT

_PAUSE = 5.0  # seconds
_AWAY_PAUSE = 60.0

Say = Callable[[str], object]


@dataclass
class _Standing:
    """Every how many seconds the hub wants to hear from us; how often the source was lost; why the hub hands out
    nothing, where it last said so."""

    heartbeat: float
    losses: Losses = field(default_factory=Losses)
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

    def progress(_order: WorkOrder, _records: int) -> None:
        if stop.is_set():
            raise StopAsked

    try:
        with Heartbeat(door, standing.heartbeat):
            count = run_round(door, source, catalog.catalog, progress)
    except FencedError as error:
        say(error.message)
        return True
    except SourceError as error:
        _source_lost(client, door, error, standing, say)
        stop.wait(_PAUSE if standing.losses.times else 0.0)
        return True
    if count:
        say(f"Carried out {count} orders.")
    if door.line and door.line != standing.line:
        say(door.line)
    standing.line = door.line
    if wait and not count:
        stop.wait(door.after)
    return count > 0


def _source_lost(client: HubClient, door: HttpsDoor, error: SourceError, standing: _Standing, say: Say) -> None:
    """A source that was lost may be back in a moment; what it does not give, however often, fails its order alone."""
    lost = error.order if isinstance(error, LostSourceError) else None
    order = next((each for each in door.claimed if lost in (None, each.id)), None)
    records = error.records if isinstance(error, LostSourceError) else 0
    losses = lost_again(standing.losses, None if order is None else order.id, records)
    say(f"The source cannot be read, attempt {losses.times} of {MOST_LOSSES}: {error.message}")
    standing.losses = losses
    if order is not None and losses.too_many:
        try:
            door.fail(order, error.message if lost is None else why_given_up(losses, error.message))
        except FencedError as fenced:
            say(fenced.message)
        standing.losses = Losses()
    client.ask("POST", "/hello", json={**here(), "fresh": True})  # what else we held is to be handed out again


def _source(configuration: AgentConfiguration, catalog: HubCatalog) -> Source:
    file = configuration.mapping
    mapping = Mapping() if file is None else read_mapping(file, catalog.catalog)
    return open_source(configuration.source_url, mapping)
