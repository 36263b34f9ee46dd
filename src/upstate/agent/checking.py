"""Looks an agent over before it runs: hub, certificate, key, clock, catalog, source, every object; a finding each."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any, Literal
from urllib.parse import urlsplit

from upstate.agent.configuration import AgentConfiguration
from upstate.agent.https_door import fetch_catalog, here
from upstate.agent.hub_client import HubClient
from upstate.agent.mapping import Mapping, read_mapping
from upstate.agent.sources import Source, open_source
from upstate.catalog import Catalog, SyncObject
from upstate.errors import SourceError, UpstateError

_CLOCK = timedelta(minutes=5)
_SOON = timedelta(days=21)
_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it was found, and a line that says so and what to do."""

    what: str
    verdict: Literal["good", "mind", "wrong"]
    line: str


def check_agent(configuration: AgentConfiguration) -> Iterator[Finding]:
    """Every finding, as it is made; what cannot be looked at because of one before is left out."""
    with HubClient(configuration.hub, configuration.key) as client:
        try:
            hello: dict[str, Any] = client.send("POST", "/hello", json=here(), patient=False).json()
            catalog = fetch_catalog(client).catalog
        except UpstateError as error:
            yield Finding("hub", "wrong", error.message)
            return
        yield Finding("hub", "good", f"{client.url} knows this agent: {hello.get('district')}.")
        yield from _certificate(configuration, client.url)
        yield _version(str(hello.get("version", "")))
        yield _clock(str(hello.get("time", "")))
        if hello.get("remote") is not True:
            line = "The hub reads this district itself. Connect the agent anew: upstate agent init --hub URL."
            yield Finding("district", "wrong", line)
    yield from _district(configuration, catalog, hello.get("school_year"))


def _certificate(configuration: AgentConfiguration, url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    if parts.scheme != "https":
        yield Finding("certificate", "mind", "The hub is asked without TLS, on this machine alone.")
        return
    host = parts.hostname or ""
    try:
        with (
            socket.create_connection((host, parts.port or 443), _SECONDS) as raw,
            configuration.hub.tls().wrap_socket(raw, server_hostname=host) as secured,
        ):
            shown = secured.getpeercert() or {}
    except OSError:
        # the hub was asked a moment ago, so it is reached through a proxy
        yield Finding("certificate", "mind", "It is reached through a proxy, which hides when its certificate ends.")
        return
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown.get("notAfter"))), UTC)
    line = f"The hub's certificate is good until {ends:%Y-%m-%d}."
    if ends - datetime.now(UTC) < _SOON:
        yield Finding("certificate", "mind", f"{line} Tell the state to renew it.")
    else:
        yield Finding("certificate", "good", line)


def _version(hubs: str) -> Finding:
    mine = version("upstate")
    if hubs == mine:
        return Finding("version", "good", f"Agent and hub are both {mine}.")
    return Finding("version", "mind", f"The agent is {mine}, the hub {hubs}. They work together; update the hub first.")


def _clock(told: str) -> Finding:
    try:
        off = datetime.now(UTC) - datetime.fromisoformat(told)
    except (ValueError, TypeError):
        return Finding("clock", "mind", "The hub does not say what time it is.")
    if abs(off) > _CLOCK:
        line = f"This machine's clock is {abs(off).total_seconds():,.0f} s {'ahead' if off > timedelta() else 'behind'}"
        return Finding("clock", "mind", f"{line} of the hub's. Nothing depends on it but logs; let NTP set it.")
    return Finding("clock", "good", "This machine's clock is the hub's, give or take seconds.")


def _district(configuration: AgentConfiguration, catalog: Catalog, year: Any) -> Iterator[Finding]:
    try:
        file = configuration.mapping
        mapping = Mapping() if file is None else read_mapping(file, catalog)
        source = open_source(configuration.source_url, mapping)
        source.check(())
    except UpstateError as error:
        yield Finding("source", "wrong", error.message)
        return
    yield Finding("source", "good", "The district's database can be opened.")
    objects = [obj for obj in catalog.objects.values() if obj.name not in mapping.absent]
    readable = []
    for obj in objects:
        try:
            source.check([obj])
            readable.append(obj)
        except SourceError as error:
            yield Finding(obj.name, "wrong", error.message)
    yield from _first_batches(source, readable, year if isinstance(year, int) else None)


def _first_batches(source: Source, objects: list[SyncObject], year: int | None) -> Iterator[Finding]:
    """Read the beginning of each object: whether it can be, and whether its values fit their columns."""
    try:
        with source.snapshot() as snapshot:
            for obj in objects:
                try:
                    batch = next(iter(snapshot.read(obj, year if obj.school_year else None)), None)
                except SourceError as error:
                    yield Finding(obj.name, "wrong", error.message)
                    continue
                if batch is None:
                    yield Finding(obj.name, "good", "It can be read; there are no records.")
                    continue
                columns = sorted(set(batch.misfits.column("column").to_pylist()))
                count = batch.size - int(batch.records.num_rows)
                if count:
                    line = f"{count:,} of the first {batch.size:,} records do not fit: {', '.join(columns)}. "
                    yield Finding(obj.name, "mind", line + "Each will be rejected with its reason.")
                else:
                    yield Finding(obj.name, "good", f"The first {batch.size:,} records fit.")
    except SourceError as error:
        yield Finding("source", "wrong", error.message)
