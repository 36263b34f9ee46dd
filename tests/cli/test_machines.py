"""Two hubs, two workers, two agents and one PostgreSQL, each on a machine of its own; one machine is cut off."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from bench.certificate import make_authority
from bench.state.districts import Made, make_districts
from bench.state.hub import ask_of_all, fresh_state, unexpected
from bench.wire import agent_key
from psycopg.conninfo import make_conninfo
from tests.cli.machines import Machine, network, why_not
from tests.waiting import wait_until

from upstate.embedded import Cluster
from upstate.hub.start import Configuration, start

SERVICE = "10.77.0.100"  # the address that agents know; one machine answers to it at a time
PORT = 8642
pytestmark = [pytest.mark.slow]


@dataclass
class State:
    """The state's PostgreSQL, asked from outside the network, and the districts with what was planted in them."""

    url: str
    districts: list[Made]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()


@pytest.fixture(scope="module")
def machines() -> Iterator[dict[str, Machine]]:
    """The network; the reason where there is none."""
    if reason := why_not():
        pytest.skip(reason)
    with network("db", "hub1", "hub2", "agent1", "agent2") as made:
        yield made


@pytest.fixture
def state(machines: dict[str, Machine], tmp_path: Path) -> Iterator[State]:
    """A PostgreSQL that answers on its machine's address."""
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)  # where the server cannot be root it must pass through
    cluster = Cluster(tmp_path / "pg")
    districts = make_districts(tmp_path / "districts", 2, 3_000, print)
    url = fresh_state(cluster, "state", districts, None)
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        told = {"listen_addresses": machines["db"].address, "max_connections": "100"}
        for name, value in told.items():
            connection.execute(f"alter system set {name} = '{value}'".encode())
    cluster.stop()
    with (tmp_path / "pg" / "data" / "pg_hba.conf").open("a") as told_who:
        told_who.write("host all all 10.77.0.0/24 trust\n")
    program = "import pathlib, sys; from upstate.embedded import Cluster; Cluster(pathlib.Path(sys.argv[1])).start()"
    machines["db"].run(sys.executable, "-c", program, str(tmp_path / "pg"))
    start(Configuration(url))  # the connections of before went with the server
    try:
        yield State(url, districts)
    finally:
        cluster.stop()


def environment(**more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UPSTATE_")}
    return {**clean, **more}


def agent_file(folder: Path, name: str, ca: Path, made: Made) -> Path:
    file = folder / f"{name}.toml"
    hub = f'[hub]\nurl = "https://{SERVICE}:{PORT}"\nca = "{ca}"\n'
    file.write_text(f"{hub}[source]\nurl = {json.dumps(str(made.file))}\n")
    return file


def machine_of_runs(state: State, machine: Machine) -> bool:
    """Whether a worker there holds a zone, and something of its resync has landed while more is to come."""
    return state.rows(
        "select exists (select from pg_locks join pg_stat_activity using (pid) where locktype = 'advisory' and granted "
        f"and client_addr = '{machine.address}') and exists (select from hub_order where state = 'landed')"
    ) == [(True,)]


def test_a_machine_is_cut_off_in_the_middle_and_everything_ends_right_and_once(
    machines: dict[str, Machine], state: State, tmp_path: Path
) -> None:
    certificate, key = make_authority(tmp_path, SERVICE, *(each.address for each in machines.values()))
    address = machines["db"].address
    settings = environment(
        UPSTATE_DATABASE_URL=make_conninfo(state.url, host=address, port=5432),
        UPSTATE_ADDRESS=f"https://{SERVICE}:{PORT}",
        UPSTATE_SECRET_KEY="k" * 60,
    )
    serve = ["hub", "serve", "--host", "0.0.0.0", "--port", str(PORT)]
    serve += ["--certificate", str(certificate), "--certificate-key", str(key)]
    program = [sys.executable, "-m", "upstate"]
    with ExitStack() as stack:
        for name in ("hub1", "hub2"):
            own = {**settings, "UPSTATE_HOME": str(tmp_path / name)}
            for words in (serve, ["hub", "work", "--at-once", "1"]):
                log = tmp_path / f"{name}-{words[1]}.log"
                stack.enter_context(machines[name].running(log, own, [*program, *words]))
        machines["hub1"].take_address(SERVICE)
        for number, made in enumerate(state.districts, 1):
            name = f"agent{number}"
            file = agent_file(tmp_path, name, certificate, made)
            own = environment(UPSTATE_AGENT_KEY=agent_key(made.name), UPSTATE_HOME=str(tmp_path / name))
            line = [*program, "agent", "run", "--config", str(file)]
            stack.enter_context(machines[name].running(tmp_path / f"{name}.log", own, line))
        asked = ask_of_all(state.districts)
        wait_until(lambda: machine_of_runs(state, machines["hub1"]), "the first machine took up nothing")
        machines["hub1"].cut_off()
        left = "select count(*) from hub_order where state in ('waiting', 'reading', 'delivered')"
        assert state.rows(left)[0][0] > 0, "everything had ended before the machine was cut off"
        machines["hub2"].take_address(SERVICE)
        for name in ("agent1", "agent2"):
            machines[name].forget_neighbours()
        ended = f"select count(*) from hub_resync where id in {tuple(asked)} and finished_at is not null"
        wait_until(lambda: state.rows(ended) == [(2,)], "not everything ended")
        assert_all_is_right(state, asked)
        machines["hub1"].run("ip", "address", "delete", f"{SERVICE}/24", "dev", "cable")
        machines["hub1"].plug_in()
        back = f"select count(*) from pg_stat_activity where client_addr = '{machines['hub1'].address}'"
        wait_until(lambda: state.rows(back)[0][0] > 0, "the first machine did not come back")
        assert_all_is_right(state, asked)


def assert_all_is_right(state: State, asked: list[int]) -> None:
    """Every object of both districts as planted, each record written by one landing, nothing left over."""
    assert unexpected(state.districts, asked) == []
    assert state.rows("select sum(updated), sum(unchanged) from hub_order") == [(0, 0)]
    counted = state.rows("select sum(value) from hub_counter where name = 'orders'")
    assert counted == state.rows("select count(*) from hub_order")  # each settled once
    assert state.rows("select count(*) from hub_batch") == [(0,)]
