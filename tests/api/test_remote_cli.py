"""The command line follows a hub that runs: the same answers as on the hub's own machine, as the token's person."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.command import Command
from tests.databases import let_go, new_database
from tests.waiting import wait_until
from tests.web.conftest import World, turn_to
from tests.web.test_leftovers import days, leave_over

PATIENCE = 90.0  # seconds


@dataclasses.dataclass(frozen=True)
class Served:
    """A hub that runs, `here` as on its machine, and the tokens of the cast for asking it from elsewhere."""

    here: Command
    address: str
    tokens: dict[str, str]
    folder: Path

    def away(self, name: str) -> Command:
        """A machine that knows nothing but someone's token: no database, no home."""
        return Command({"UPSTATE_HOME": str(self.folder / "nobody"), "UPSTATE_TOKEN": self.tokens[name]}, self.folder)

    def ask(self, name: str, *arguments: str) -> str:
        """What a command prints that asks the hub and must succeed."""
        return self.away(name).done("--hub", self.address, *arguments)


@pytest.fixture(scope="module")
def served(made_world: World, cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One `upstate hub up` for the tests here."""
    folder, url = tmp_path_factory.mktemp("served"), new_database(cluster_url, made_world.url)
    turn_to(url)
    from upstate.hub.models import Person
    from upstate.hub.tokens import make_token

    tokens = {each.name.lower(): make_token(each, "a test", 1).secret for each in Person.objects.all()}
    let_go()
    here = Command({"UPSTATE_HOME": str(folder / "home"), "UPSTATE_DATABASE_URL": url}, folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hub = here.start("hub", "up", "--port", str(port))
    try:
        assert hub.stdout is not None
        line = hub.stdout.readline()
        assert "The hub is ready" in line, (line, hub.poll())
        yield Served(here, f"http://127.0.0.1:{port}", tokens, folder)
    finally:
        hub.send_signal(signal.SIGTERM)
        hub.communicate(timeout=60)
        let_go()


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "Lakeside", "Enrollment"),
        ("plan", "lakeside", "--all", "--json"),
        ("plan", "Lakeside", "Roster", "--no-dependencies", "--year", "2023", "--json"),
        ("status", "Lakeside"),
        ("status", "Lakeside", "--json"),
        ("errors", "Lakeside"),
        ("errors", "Lakeside", "--limit", "3", "--object", "enrollment"),
        ("errors", "Lakeside", "--json"),
        ("errors", "Lakeside", "--limit", "7", "--json"),
        ("errors", "Lakeside", "--roots"),
        ("errors", "Lakeside", "--roots", "--json"),
        ("history", "Riverton"),
        ("history", "Riverton", "--json"),
    ],
    ids=" ".join,
)
def test_a_hub_elsewhere_answers_as_the_one_here(arguments: tuple[str, ...], served: Served) -> None:
    here = served.here.done(*arguments)
    assert len(here) > 100
    assert served.ask("sam", *arguments) == here


def test_a_csv_file_is_written_where_the_command_runs(served: Served) -> None:
    served.here.done("errors", "Lakeside", "--csv", "here.csv")
    served.ask("rhea", "errors", "Lakeside", "--csv", "away.csv")
    assert (served.folder / "away.csv").read_bytes() == (served.folder / "here.csv").read_bytes()


def test_a_resync_from_elsewhere_runs_at_the_hub_and_is_told_as_if_it_ran_here(served: Served) -> None:
    told = json.loads(served.ask("dana", "resync", "Lakeside", "Enrollment", "--json"))
    assert told["district"] == "Lakeside"
    assert [each["object"] for each in told["objects"]][-1] == "Enrollment"
    assert all(each["status"] in ("green", "yellow", "red") for each in told["objects"])
    again = json.loads(served.here.done("resync", "Lakeside", "Enrollment", "--json"))
    for each in (*told["objects"], *again["objects"]):
        del each["seconds"]
    assert told.keys() == again.keys()
    assert told["objects"] == again["objects"]
    assert told["roots"] == again["roots"]
    asked = served.here.rows(f"SELECT asked_by, state FROM hub_resync WHERE id = {told['resync']}")
    assert asked == [("Dana", "finished")]


def test_a_receipt_from_elsewhere_is_the_one_that_was_written_here(served: Served) -> None:
    sent = str(json.loads(served.here.done("resync", "Lakeside", "School", "--json"))["resync"])
    here = json.loads(served.here.done("verify", "--receipt", sent, "--json"))
    away = json.loads(served.ask("rhea", "verify", "Lakeside", "--receipt", sent, "--json"))
    assert {each.pop("now") for each in away["objects"]} == {None}
    assert all(each.pop("now") for each in here["objects"])
    assert away == here
    assert away["agrees"]
    olive = served.away("olive")
    assert "There is no such receipt" in olive.fails("--hub", served.address, "verify", "Riverton", "--receipt", sent)
    assert "Name the district" in olive.fails("--hub", served.address, "verify", "--receipt", sent)


def test_the_lines_of_a_resync_are_the_same_too(served: Served) -> None:
    away = served.ask("olive", "resync", "Riverton", "School")
    here = served.here.done("resync", "Riverton", "School")

    def plain(text: str) -> str:
        return re.sub(r"\d+\.\d s|Resync \d+|\d{4}-\d\d-\d\d \d\d:\d\d| +", " ", text)

    assert plain(away) == plain(here)
    assert "2/2 School" in away


def test_a_verification_from_elsewhere_runs_at_the_hub_and_is_told_as_if_it_ran_here(served: Served) -> None:
    arguments = ("verify", "Riverton", "School", "Calendar")
    away, here = (
        json.loads(each) for each in (served.ask("olive", *arguments, "--json"), served.here.done(*arguments, "--json"))
    )
    assert served.here.rows(f"SELECT asked_by FROM hub_verification WHERE id = {away['verification']}") == [("Olive",)]
    for told in (away, here):
        del told["verification"]
        for each in told["objects"]:
            del each["seconds"]
    assert away == here
    assert [each["object"] for each in away["objects"]] == ["School", "Calendar"]

    def plain(text: str) -> str:
        return re.sub(r"\d+\.\d s|verification \d+", "", text)

    assert plain(served.ask("olive", *arguments)) == plain(served.here.done(*arguments))


def test_who_may_not_is_told_so_in_one_line(served: Served) -> None:
    rhea, olive = served.away("rhea"), served.away("olive")
    assert "right to send a resync" in rhea.fails("--hub", served.address, "resync", "Lakeside", "School")
    assert "right to compare" in rhea.fails("--hub", served.address, "verify", "Lakeside", "School")
    assert olive.fails("--hub", served.address, "status", "Lakeside") == (
        'There is no district "Lakeside". You may see: Riverton.'
    )
    assert "Did you mean Lakeside" in rhea.fails("--hub", served.address, "status", "Lakesid")
    assert 'There is no object "Enrolment"' in rhea.fails("--hub", served.address, "plan", "Lakeside", "Enrolment")
    assert "Did you mean" in rhea.fails("--hub", served.address, "errors", "Lakeside", "--object", "Enrolment")


def test_a_wrong_address_or_token_is_one_line(served: Served, tmp_path: Path) -> None:
    nobody = Command({"UPSTATE_HOME": str(tmp_path)}, tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}"
    for arguments, said in (
        (("--hub", served.address, "status", "Lakeside"), "My tokens"),
        (("--hub", served.address, "--token", "wrong", "status", "Lakeside"), "unknown, expired or revoked"),
        (("--hub", served.address, "--token", "wrong token", "status", "Lakeside"), "no token"),
        (("--hub", "http://upstate.example", "--token", "x", "status", "Lakeside"), "https://"),
        (("--hub", "ftp://upstate.example", "--token", "x", "status", "Lakeside"), "cannot be read"),
        (("--hub", "https://me:secret@upstate.example", "--token", "x", "status", "Lakeside"), "cannot be read"),
        (("--hub", "https://[", "--token", "x", "status", "Lakeside"), "cannot be read"),
        (("--hub", closed, "--token", "x", "status", "Lakeside"), "cannot be reached"),
        # a plain server where TLS is expected: refused, not spoken to in the clear
        (("--hub", served.address.replace("http:", "https:"), "--token", "x", "status", "A"), "cannot be reached"),
        (("--hub", served.address, "--token", "x", "district", "list"), "this machine alone"),
        (("--token", "x", "status", "Lakeside"), "--hub"),
    ):
        line = nobody.fails(*arguments)
        assert said in line, arguments
        assert "secret" not in line


def test_the_scripts_of_the_guide_run_as_they_stand_there(served: Served) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "howto" / "script-it.md").read_text(encoding="utf-8")
    from upstate.hub.tokens import MOST_A_MINUTE

    assert f"more than {MOST_A_MINUTE} requests a minute" in guide
    scripts = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    assert len(scripts) == 2
    script = "\n".join(scripts).replace("https://upstate.example.gov", served.address)
    environment = {**os.environ, "UPSTATE_TOKEN": served.tokens["dana"]}
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert any(line.startswith("Enrollment ") for line in lines)
    rejected = json.loads(served.here.done("errors", "Lakeside", "--json"))["rejections"]
    assert sum(line.endswith(each["advice"]) for line in lines for each in rejected[:1]) > 0


def test_ctrl_c_stops_watching_and_the_resync_goes_on_at_the_hub(served: Served) -> None:
    command = served.away("dana").start("--hub", served.address, "resync", "Lakeside", "--all", "--everything")
    newest = "SELECT id, state FROM hub_resync WHERE asked_by = 'Dana' AND mode = 'full' ORDER BY id DESC LIMIT 1"
    wait_until(lambda: served.here.rows(newest))
    time.sleep(0.3)  # so that it is watched
    command.send_signal(signal.SIGINT)
    _, error = command.communicate(timeout=PATIENCE)
    (number, _) = served.here.rows(newest)[0]
    assert command.returncode == 130, error
    assert error == f"upstate: stopped watching. Resync {number} goes on at the hub.\n"
    wait_until(lambda: served.here.rows(newest) == [(number, "finished")])


def test_asking_a_hub_elsewhere_loads_no_models_and_needs_no_database(served: Served) -> None:
    code = (
        "import sys; from upstate.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print('upstate.hub.models' in sys.modules, 'upstate.cli.running' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "--hub", served.address, "--token", served.tokens["sam"], "status", "Lakeside"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == "False False"


def test_leftovers_are_told_held_and_removed_from_elsewhere(served: Served, made_world: World) -> None:
    there = dataclasses.replace(made_world, url=served.here.url)
    leave_over(there, "day", 1)
    send = ("resync", "Lakeside", "Day", "--no-dependencies", "--remove-leftovers")
    rehearsed = json.loads(served.ask("dana", *send, "--rehearse", "--json"))["removal"]
    told = json.loads(served.ask("dana", *send, "--json"))
    waits = told["removal"]["held"]
    assert told["removal"]["removed"] == rehearsed["removed"]
    assert len(rehearsed["held"]) == len(waits)
    if not waits:  # however many days there are: one goes, or one waits
        leave_over(there, "day", days(there) // 2)
        waits = json.loads(served.ask("dana", *send, "--json"))["removal"]["held"]
    for arguments in (("leftovers", "Lakeside"), ("leftovers", "Lakeside", "day", "--json")):
        assert served.ask("rhea", *arguments) == served.here.done(*arguments)
    decide = ("leftovers", "Lakeside", "--approve", str(waits[0]["id"]), "--reason", "Set up twice.")
    refused = served.away("dana").fails("--hub", served.address, *decide)
    assert "approve or discard a removal" in refused
    before = days(there)
    assert "removed" in served.ask("sam", *decide)
    assert days(there) < before
