"""`python -m bench.web`: how long pages take with a million open rejections, and how often they ask the database."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import psycopg

from bench.watchers import measure
from upstate.embedded import Cluster
from upstate.hub.start import Configuration, start
from upstate.hub.web.configuration import WebConfiguration

_SQL = Path(__file__).parent / "sql"
_KEY = "for measuring alone: " + "k" * 50
_CROWD = 50


@dataclass(frozen=True, slots=True)
class Place:
    """A hub with a district in trouble: its database, and the ids that addresses are made of."""

    url: str
    district: int


@dataclass(frozen=True, slots=True)
class Figure:
    """What a page took: milliseconds of server time, by rounds, and statements to the database. `most`: the limit."""

    name: str
    milliseconds: list[float]
    statements: int
    most: float | None = None
    most_statements: int | None = None

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return statistics.median(self.milliseconds)

    @property
    def holds(self) -> bool:
        """Whether the page stays within its limits."""
        return (self.most is None or self.median <= self.most) and (
            self.most_statements is None or self.statements <= self.most_statements
        )


@click.command()
@click.option("--rejections", type=click.IntRange(min=1_000), default=1_000_000, show_default=True)
@click.option("--rounds", type=click.IntRange(min=1), default=15, show_default=True)
@click.option("--watched", type=click.IntRange(min=0), default=5, show_default=True, help="Resyncs watched each way.")
@click.option("--scale", type=click.FloatRange(min=0.0, min_open=True), default=0.2, show_default=True)
@click.option(
    "--keep", type=click.Path(file_okay=False, path_type=Path), help="A folder to make the hub in, and leave."
)
def bench(rejections: int, rounds: int, watched: int, scale: float, keep: Path | None) -> None:
    """Measure the Batch page and the Error Log, in this process beside the database; and what watching costs."""
    folder = keep or Path(tempfile.mkdtemp(prefix="upstate-bench-web-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)  # where the server cannot be root it must pass through
    cluster = Cluster(folder / "postgres")
    try:
        url = cluster.start()
        start(Configuration(url, WebConfiguration(_KEY)))
        place = _made(url, rejections, click.echo)
        figures = [*_pages(place, rounds), *_landing(place)]
        if watched:
            figures += _watching(url, folder, watched, scale)
    finally:
        cluster.stop()
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    _print(figures, rejections)
    if not all(figure.holds for figure in figures):
        raise click.ClickException("A page does not stay within its limits.")


def _made(url: str, rejections: int, say: Callable[[str], None]) -> Place:
    from upstate.catalog import catalog_files, shipped_catalog
    from upstate.hub.districts import add_district
    from upstate.hub.people import seed_cast
    from upstate.hub.set_up import set_up

    catalog = set_up(url, catalog_files(shipped_catalog("k12"))).catalog
    known, is_new = add_district(catalog, "Lakeside", source_url="none", mapping="", school_year=2024, edition="KY")
    seed_cast()
    with psycopg.connect(url, autocommit=True) as connection:
        if is_new:
            began = time.perf_counter()
            resync = _ended_resync(connection, known.zone_id, list(catalog.offered("KY").objects))
            values = {"district": known.id, "resync": resync, "rejections": rejections}
            connection.execute((_SQL / "rejections.sql").read_bytes(), values)
            say(f"made {rejections:,} rejections in {time.perf_counter() - began:.0f} s")
            _sum_up(connection, known.id)
        connection.execute("vacuum (analyze)")
    return Place(url, known.id)


def _ended_resync(connection: psycopg.Connection[Any], zone: int, objects: list[str]) -> int:
    row = connection.execute(
        "insert into hub_resync (zone_id, school_year, mode, chosen, objects, check_dependencies, asked_by, state, "
        "started_at, finished_at) values (%s, 2024, 'full', %s, %s, true, 'Dana', 'finished', now(), now()) "
        "returning id",
        (zone, objects, objects),
    ).fetchone()
    resync = 0 if row is None else int(row[0])
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into hub_order (resync_id, position, object, state, epoch, started_at, finished_at, records, "
            "created, failed) values (%s, %s, %s, 'landed', 1, now(), now(), 1000, 990, 10)",
            [(resync, position, name) for position, name in enumerate(objects)],
        )
    return resync


def _sum_up(connection: psycopg.Connection[Any], district: int) -> dict[str, float]:
    """Sum every object as its landing would; the seconds it took, by object."""
    from upstate.loading.settling import sum_up

    took = {}
    found = connection.execute(
        "select distinct object from hub_rejection where district_id = %s", (district,)
    ).fetchall()
    for (name,) in found:
        began = time.perf_counter()
        with connection.transaction(), connection.cursor() as cursor:
            sum_up(cursor, {"district": district, "object": name})
        took[name] = time.perf_counter() - began
    return took


def _landing(place: Place) -> Iterator[Figure]:
    """What keeping the sums adds to the landing of the object with the most rejections, first and unchanged."""
    with psycopg.connect(place.url, autocommit=True) as connection:
        again = _sum_up(connection, place.district)
        largest = max(again, key=lambda name: again[name])
        row = connection.execute("select count(*) from hub_rejection where object = %s", (largest,)).fetchone()
        with connection.transaction(force_rollback=True):
            for table in ("hub_root", "hub_hold", "hub_tally"):
                connection.execute(f"delete from {table}".encode())
            first = _sum_up(connection, place.district)[largest]
    count = f"{row[0]:,}" if row else "no"
    yield Figure(f"sums in a landing, {count} rejections, new", [first * 1000], 4)
    yield Figure(f"sums in a landing, {count} rejections, unchanged", [again[largest] * 1000], 4)


def _watching(url: str, folder: Path, rounds: int, scale: float) -> Iterator[Figure]:
    """A resync with one who watches, and with many: these may not slow it by more than 5 %."""
    records, took, looked = measure(url, folder, _KEY, rounds, scale, _CROWD, click.echo)
    alone = statistics.median(took[1]) * 1000
    for people, most in ((1, None), (_CROWD, alone * 1.05)):
        looks = looked[people] // rounds
        name = f"resync of {records:,}, watched by {people} ({looks} looks)"
        yield Figure(name, [seconds * 1000 for seconds in took[people]], 0, most)


def _pages(place: Place, rounds: int) -> Iterator[Figure]:
    from django.test import Client
    from django.urls import reverse

    from upstate.hub.models import Hold, Person

    browser = Client(SERVER_NAME="localhost")
    browser.force_login(Person.objects.get(name="Dana"), backend="upstate.hub.web.signing_in.Passwords")
    hold = Hold.objects.filter(district=place.district).order_by("-records")[0]
    root = {"object": hold.root_object, "key": "|".join(part or "" for part in hold.root_key)}
    wanted: tuple[tuple[str, str, dict[str, str], float | None, int | None], ...] = (
        ("Batch page, 62 objects", "batch", {}, 60, 12),
        ("Overview", "overview", {}, 200, None),
        ("Error Log, roots, first page", "errors", {}, 200, None),
        ("Error Log, kept out by policy", "errors_policy", {}, 200, None),
        ("Error Log, what the largest root holds", "errors_held", {**root, "held": hold.object}, 200, None),
        ("All rejections, first page", "errors_all", {}, 200, None),
        ("  of one object", "errors_all", {"object": "Roster"}, 200, None),
        ("  of one reason", "errors_all", {"reason": "unknown_code"}, 200, None),
        ("  of one verdict", "errors_all", {"verdict": "excluded"}, 200, None),
        ("  of one root", "errors_all", {"root": root["key"]}, 200, None),
        ("  of one record", "errors_all", {"record": root["key"]}, 200, None),
        ("  first seen on one day", "errors_all", {"first_from": "2024-02-10", "first_to": "2024-02-10"}, 200, None),
        ("  last seen on a day of none", "errors_all", {"last_from": "2024-04-01"}, 200, None),
        ("  resolved ones", "errors_all", {"standing": "resolved"}, 200, None),
    )
    for title, name, query, most, most_statements in wanted:
        address = reverse(name, kwargs={"district": place.district})
        yield _measured(browser, title, address, query, rounds, most, most_statements)
    address = reverse("errors_all", kwargs={"district": place.district})
    yield _measured(browser, "  a page deep in the list", address, {"from": _deep(place)}, rounds, 200, None)


def _deep(place: Place) -> str:
    """The place of a page somewhere in the middle of the largest part of the list."""
    from upstate.hub.models import Rejection
    from upstate.hub.web.keyset import paged
    from upstate.hub.web.pages.errors_place import place_of_row

    row = Rejection.objects.filter(district=place.district, verdict="blocked", object="Roster").order_by(
        "first_seen_at"
    )
    middle = row.values("verdict", "object", "reason", "school_year", "first_seen_at", "id", "root_object")[
        100_000:100_001
    ]
    rows = list(middle) or list(row.values()[:1])
    return paged(lambda _most: [rows[0], rows[0]], None, place_of_row, 1).after


def _measured(
    browser: Any,
    title: str,
    address: str,
    query: dict[str, str],
    rounds: int,
    most: float | None,
    most_statements: int | None,
) -> Figure:
    browser.get(address, query)
    took = []
    with _counted() as count:
        for _ in range(rounds):
            began = time.perf_counter()
            answer = browser.get(address, query)
            took.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:
                raise click.ClickException(f"{title}: {address} answered {answer.status_code}.")
    return Figure(title, took, count() // rounds, most, most_statements)


@contextmanager
def _counted() -> Iterator[Callable[[], int]]:
    """Count every statement that Django or we send to a database within the block."""
    sent, execute = 0, psycopg.Cursor.execute

    def counting(*args: Any, **values: Any) -> Any:
        nonlocal sent
        sent += 1
        return execute(*args, **values)

    psycopg.Cursor.execute = counting  # type: ignore[method-assign]
    try:
        yield lambda: sent
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]


def _print(figures: list[Figure], rejections: int) -> None:
    click.echo(f"\n{rejections:,} open rejections; milliseconds of server time, in one process\n")
    click.echo(f"{'':52}{'median':>8}{'worst':>8}{'at most':>9}{'statements':>12}")
    for each in figures:
        limit = "" if each.most is None else f"{each.most:.0f}"
        mark = "" if each.holds else "  too much"
        click.echo(
            f"{each.name:52}{each.median:8.1f}{max(each.milliseconds):8.1f}{limit:>9}{each.statements:>12}{mark}"
        )


if __name__ == "__main__":
    bench(prog_name="python -m bench.web")
