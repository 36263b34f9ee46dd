"""The hub as processes: comes up, answers, heals, and leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import requests
from django.test import Client
from tests.waiting import wait_until
from tests.web.conftest import KEY, World
from tests.web.test_worker import placed, state_of

As = Callable[[str], Client]
PATIENCE = 90.0  # seconds
pytestmark = pytest.mark.slow


def upstate(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "upstate", *words]
    return subprocess.run(line, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)


def environment_of(home: Path, url: str | None) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UPSTATE_")}
    return {**clean, "UPSTATE_HOME": str(home), **({} if url is None else {"UPSTATE_DATABASE_URL": url})}


class Hub:
    """A hub that was started with `upstate hub up`, and what it said."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment, self.log = environment, log
        with log.open("wb") as out:
            line = [sys.executable, "-m", "upstate", "hub", "up"]
            self.process = subprocess.Popen(line, env=environment, stdout=out, stderr=subprocess.STDOUT)
        wait_until(lambda: "The hub is ready" in self.said or self.process.poll() is not None, "it did not come up")
        assert self.process.poll() is None, self.said
        self.address = self.said.split("The hub is ready: ")[1].split()[0]

    @property
    def said(self) -> str:
        return self.log.read_text()

    def tree(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, command: str) -> psutil.Process:
        return next(each for each in self.tree() if command in each.cmdline())

    def status(self) -> int:
        with urllib.request.urlopen(f"{self.address}/alive/", timeout=10) as answer:
            return int(answer.status)


@contextmanager
def hub(environment: dict[str, str], log: Path) -> Iterator[Hub]:
    """A hub for the block; whatever is left of it afterwards is killed."""
    running = Hub(environment, log)
    known = running.tree()
    try:
        yield running
    finally:
        if running.process.poll() is None:
            known += running.tree()
            running.process.terminate()
            try:
                running.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                running.process.kill()
        for each in known:
            if each.is_running():
                each.kill()


def test_the_hub_comes_up_answers_and_leaves_nothing_behind_when_it_is_told_to_stop(
    world: World, tmp_path: Path
) -> None:
    environment = environment_of(tmp_path / "home", world.url)
    with hub(environment, tmp_path / "log") as running:
        assert running.status() == 200
        second = upstate(environment, "hub", "up")
        assert second.returncode == 1
        assert f"The hub runs already at {running.address}" in second.stderr
        tree = running.tree()
        assert len(tree) >= 3
        assert upstate(environment, "hub", "down").stdout == "stopped\n"
        assert running.process.wait(PATIENCE) == 0
        wait_until(lambda: not any(each.is_running() for each in tree), "something was left behind")
    assert upstate(environment, "hub", "down").stdout == "it was not running\n"


def test_ctrl_c_stops_the_hub_in_seconds_and_it_comes_up_again(world: World, tmp_path: Path) -> None:
    environment = environment_of(tmp_path / "home", world.url)
    for _ in range(2):
        with hub(environment, tmp_path / "log") as running:
            running.process.send_signal(signal.SIGINT)
            began = time.monotonic()
            assert running.process.wait(PATIENCE) == 0
            assert time.monotonic() - began < 20


def test_a_child_that_was_killed_is_started_again_and_its_resync_goes_on(world: World, tmp_path: Path) -> None:
    environment = environment_of(tmp_path / "home", world.url)
    with hub(environment, tmp_path / "log") as running:
        resync = placed("Lakeside", "Enrollment", "Roster")
        wait_until(lambda: state_of(resync) != "queued", "nobody took it up")
        running.child("work").kill()
        running.child("serve").kill()
        wait_until(lambda: running.said.count("starting it again") == 2, "they were not missed")
        wait_until(lambda: state_of(resync) == "finished", "it did not go on")

        def answers() -> bool:
            try:
                return running.status() == 200
            except OSError:
                return False

        wait_until(answers, "the pages did not come back")


def test_nothing_outlives_a_hub_that_was_killed(world: World, tmp_path: Path) -> None:
    environment = environment_of(tmp_path / "home", world.url)
    with hub(environment, tmp_path / "log") as running:
        tree = running.tree()
        running.process.kill()
        wait_until(lambda: not any(each.is_running() for each in tree), "something outlived it")
        assert upstate(environment, "hub", "down").stdout == "it was not running\n"


def test_two_hubs_on_one_database_run_everything_once_even_when_one_is_killed(
    world: World, tmp_path: Path, as_person: As
) -> None:
    from upstate.hub.models import AgentEntry, Alert, Batch, Order, Resync

    homes = [{**environment_of(tmp_path / name, world.url), "UPSTATE_SECRET_KEY": KEY} for name in ("one", "two")]
    before = records_counted(world)
    with hub(homes[0], tmp_path / "log1") as first, hub(homes[1], tmp_path / "log2") as second:
        assert first.address != second.address
        asked = [pressed_at_both(world, as_person("dana"), first.address, second.address)]
        asked += [placed(district, "School") for district in ("Lakeside", "Riverton") * 3]
        asked.append(placed("Lakeside", "Enrollment", "Roster", "TestScore"))
        wait_until(lambda: state_of(asked[0]) != "queued", "nobody took it up")
        processes = first.tree()
        assert {"serve", "work"} <= {word for each in processes for word in each.cmdline()}
        first.process.kill()
        wait_until(lambda: not any(each.is_running() for each in processes), "the first hub lives on")
        wait_until(lambda: state_of(asked[-1]) != "queued", "nobody took up the last one")
        second.child("work").kill()
        wait_until(lambda: all(state_of(each) == "finished" for each in asked), "something was lost")
        page = opened(as_person("dana"), f"{second.address}/d/{world.lakeside}/history/{asked[-1]}/")
        assert "Sign out" in page, "who was signed in at the first hub is at the second"
        wait_until(lambda: Resync.objects.filter(id__in=asked, noticed_at=None).count() == 0, "someone was not told")
    orders = Order.objects.filter(resync__in=asked)
    assert set(orders.values_list("state", flat=True)) == {"landed"}
    assert counted(asked[-1]).items() <= counted(world.resync).items()
    assert records_counted(world) - before == sum(sum(each) for number in asked for each in counted(number).values())
    ended = AgentEntry.objects.filter(resync__in=asked, line__contains=" finished: ").values_list("resync", flat=True)
    assert 0 < len(set(ended)) == len(ended), "none ended twice"
    told = Alert.objects.filter(name="Resync Finished").values_list("address", flat=True)
    hers = Resync.objects.filter(id__in=asked, zone__district=world.lakeside).values_list("id", flat=True)
    assert sorted(told) == sorted(f"/d/{world.lakeside}/history/{each}/" for each in hers)  # Dana, once for each
    assert not Batch.objects.filter(order__in=orders).exists()


def pressed_at_both(world: World, dana: Client, *addresses: str) -> int:
    """Send the same confirmation at each of these hubs in the same moment; the one resync that comes of it."""
    from upstate.hub.models import Resync

    before = Resync.objects.latest("id").id
    path, session = f"/d/{world.lakeside}/batch/", dana.cookies["upstate_session"].value
    shown = requests.get(
        f"{addresses[0]}{path}confirm/?object=Calendar", cookies={"upstate_session": session}, timeout=30
    )
    form = shown.text[shown.text.index("data-once") :]
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")])
    cookies = {"upstate_session": session, "upstate_csrf": str(shown.cookies["upstate_csrf"])}
    with ThreadPoolExecutor(len(addresses)) as pool:
        sent = [
            pool.submit(requests.post, f"{each}{path}send/", data=fields, cookies=cookies, timeout=30)
            for each in addresses
        ]
    assert [each.result().status_code for each in sent] == [200] * len(addresses)
    (placed,) = Resync.objects.filter(id__gt=before).values_list("id", flat=True)
    return int(placed)


def opened(browser: Client, address: str) -> str:
    """A page of a hub that runs, as someone who is signed in finds it."""
    cookies = {"upstate_session": browser.cookies["upstate_session"].value}
    return requests.get(address, cookies=cookies, timeout=30).text


def records_counted(world: World) -> float:
    """How many records landings counted so far, each once; the orders' counts say what they must come to."""
    from upstate.hub.models import Counter

    return float(sum(Counter.objects.filter(name="records").values_list("value", flat=True)))


def counted(resync: int) -> dict[str, tuple[int, ...]]:
    """Of each object of a resync what became of its records; whether it made or found them is left aside."""
    from upstate.hub.models import Order

    rows = Order.objects.filter(resync=resync)
    return {o.object: (o.created + o.updated + o.unchanged, o.failed, o.blocked, o.excluded) for o in rows}


def test_the_hub_brings_its_own_postgresql_and_takes_it_along(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    for folder in tmp_path.parents[:2]:
        folder.chmod(folder.stat().st_mode | 0o011)
    environment = environment_of(tmp_path / "home", None)
    assert upstate(environment, "hub", "up").stderr == (
        "upstate: The hub is not set up in this database. Run: upstate hub init.\n"
    )
    assert upstate(environment, "hub", "init").returncode == 0
    with hub(environment, tmp_path / "log") as running:
        assert running.status() == 200
        assert upstate(environment, "hub", "down").stdout == "stopped\n"
    from upstate.embedded import Cluster

    assert not Cluster(tmp_path / "home" / "postgres").running()


def test_a_port_that_is_in_use_is_told(world: World, tmp_path: Path) -> None:
    with hub(environment_of(tmp_path / "one", world.url), tmp_path / "log") as running:
        port = running.address.rpartition(":")[2]
        other = upstate(environment_of(tmp_path / "two", world.url), "hub", "up", "--port", port)
    assert (other.returncode, other.stderr) == (1, f"upstate: Port {port} is in use. Choose another with --port.\n")


def test_a_server_alone_takes_no_port_of_another(world: World, tmp_path: Path) -> None:
    with hub(environment_of(tmp_path / "one", world.url), tmp_path / "log") as running:
        port = running.address.rpartition(":")[2]
        other = upstate(environment_of(tmp_path / "two", world.url), "hub", "serve", "--port", port)
    assert (other.returncode, other.stderr) == (1, f"upstate: Port {port} is in use. Choose another with --port.\n")
