"""What balancers and those who watch are told: whether it lives, whether it is ready, and figures without names."""

from __future__ import annotations

import re

import psycopg
import pytest
from django.db import connections
from django.test import Client
from tests.waiting import wait_until
from tests.web.conftest import World, turn_to
from tests.web.test_worker import placed, state_of, workers

TOKEN = "a token for tests, long enough"
SAMPLE = re.compile(r'^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\.)*",?)*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$')


def read(text: str) -> dict[tuple[str, str], float]:
    """The samples of an answer, by name and labels; every line must be one of the format's."""
    samples, typed = {}, set()
    for line in text.splitlines():
        if line.startswith("# HELP "):
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert kind in ("counter", "gauge")
            typed.add(name)
            continue
        sample = SAMPLE.match(line)
        assert sample is not None, line
        assert sample[1] in typed, line
        samples[sample[1], sample[2] or ""] = float(sample[3])
    assert len(samples) == sum(not line.startswith("#") for line in text.splitlines())
    return samples


def ask(**from_where: str) -> dict[tuple[str, str], float]:
    answer = Client().get("/metrics", **from_where)  # type: ignore[arg-type]
    assert answer.status_code == 200
    return read(answer.text)


def test_a_hub_that_works_is_alive_and_ready(world: World) -> None:
    assert Client().get("/healthz").text == "alive\n"
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.text, answer.headers["Cache-Control"]) == (
        200,
        "ready\n",
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )


def test_probes_are_answered_by_number_and_without_https(world: World) -> None:
    turn_to(world.url, address="https://upstate.example.gov")
    try:
        for path in ("/healthz", "/readyz", "/metrics"):
            assert Client(SERVER_NAME="10.1.2.3").get(path).status_code == 200
    finally:
        turn_to(world.url)


@pytest.mark.parametrize(
    ("harm", "line"),
    [
        (
            "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations WHERE app = 'hub')",
            "older version. Run: upstate hub init.",
        ),
        ("DELETE FROM hub_catalog_file", "not set up in this database. Run: upstate hub init."),
        ("UPDATE hub_catalog_file SET text = 'no toml'", "The catalog in force cannot be read."),
    ],
)
def test_what_is_not_ready_is_told_in_one_line_while_the_process_lives(world: World, harm: str, line: str) -> None:
    with psycopg.connect(world.url, autocommit=True) as connection:
        connection.execute(harm)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert line in answer.text
    assert answer.text.count("\n") == 1
    assert Client().get("/healthz").status_code == 200


def test_a_database_that_is_away_is_told_without_its_address(world: World) -> None:
    turn_to("postgresql://somebody:secret@127.0.0.1:1/nowhere")
    try:
        for path in ("/readyz", "/metrics"):
            answer = Client().get(path)
            assert (answer.status_code, answer.text) == (503, "The state's PostgreSQL cannot be reached.\n")
        assert Client().get("/healthz").status_code == 200
    finally:
        connections.close_all()
        turn_to(world.url)


def test_metrics_count_what_was_done_once_whoever_asks(world: World) -> None:
    before = ask()
    with psycopg.connect(world.url) as connection:
        row = connection.execute("SELECT sum(created), count(*) FROM hub_order WHERE state = 'landed'").fetchone()
        reasons = connection.execute(
            "SELECT verdict, reason, count(*) FROM hub_rejection WHERE resolved_at IS NULL GROUP BY 1, 2"
        ).fetchall()
    assert row is not None
    assert before["upstate_records_total", 'verdict="created"'] == row[0] > 0
    assert before["upstate_orders_settled_total", 'state="landed"'] == row[1]
    for verdict, reason, count in reasons:
        assert before["upstate_rejections_open", f'verdict="{verdict}",reason="{reason}"'] == count

    resync = placed("Lakeside", "District")
    assert ask()["upstate_orders", 'state="waiting"'] == 1
    assert ask()["upstate_resyncs", 'state="queued"'] == 1
    with workers(world):
        wait_until(lambda: state_of(resync) == "finished")
    after = ask()
    for name, label in (("orders_settled_total", 'state="landed"'), ("resyncs", 'state="queued"')):
        assert after[f"upstate_{name}", label] - before[f"upstate_{name}", label] == (name != "resyncs")
    assert after["upstate_agent_silence_seconds", f'district="{world.lakeside}"'] < 60
    assert read(Client().get("/metrics").text).keys() == after.keys()


def test_an_order_taken_over_from_a_silent_reader_is_a_lost_lease(world: World) -> None:
    resync = placed("Lakeside", "District")
    with psycopg.connect(world.url, autocommit=True) as connection:
        how = {"resync": resync}
        connection.execute("UPDATE hub_order SET state = 'reading', epoch = 1 WHERE resync_id = %(resync)s", how)
        connection.execute("UPDATE hub_order SET lease_until = now() WHERE resync_id = %(resync)s", how)
        assert ask()["upstate_lease_losses_total", 'how="expired"'] == 0
        connection.execute(
            "UPDATE hub_order SET epoch = 2, lease_until = now() WHERE resync_id = %(resync)s", how
        )  # as claim.sql does it
    assert ask()["upstate_lease_losses_total", 'how="expired"'] == 1


def test_metrics_name_no_district_and_no_person(world: World) -> None:
    text = Client().get("/metrics").text
    for name in ("Lakeside", "Riverton", "Dana", "Sam"):
        assert name not in text


def test_metrics_are_not_there_for_whoever_asks_from_elsewhere(world: World) -> None:
    for how in (
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
    ):
        answer = Client().get("/metrics", **how)  # type: ignore[arg-type]
        assert (answer.status_code, "upstate_" in answer.text) == (404, False), how


def test_with_a_token_set_it_alone_opens_the_metrics(world: World) -> None:
    turn_to(world.url, metrics_token=TOKEN)
    try:
        for shown in ("", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"):
            assert Client().get("/metrics", HTTP_AUTHORIZATION=shown).status_code == 404, shown
        from_afar = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}", "REMOTE_ADDR": "192.0.2.7"}
        assert ask(**from_afar)["upstate_resyncs", 'state="running"'] == 0
    finally:
        turn_to(world.url)
