"""Setting the hub up: safe to repeat, additive, and nothing half-done."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections
from tests.hub.state import TEXTS, State

from upstate.errors import CatalogError, ConfigError, DatabaseError
from upstate.hub.in_force import catalog_in_force, kept_catalog
from upstate.hub.postgres import connect, statement
from upstate.hub.set_up import set_up
from upstate.hub.start import Configuration, start

# other tests of the run have databases on the same server
_WAITS_HERE = """
SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted
"""


def test_setting_up_again_makes_nothing(state: State) -> None:
    assert set_up(state.url, TEXTS).made == ()


def test_setting_up_makes_the_roles_once_and_leaves_what_was_done_with_them(state: State) -> None:
    from upstate.hub.models import Role
    from upstate.hub.rights import ROLES

    assert {role.name: tuple(role.rights) for role in Role.objects.all()} == dict(ROLES)
    Role.objects.filter(name="State reader").delete()
    Role.objects.filter(name="District reader").update(name="Principal", rights=["batch.view"])
    set_up(state.url, TEXTS)
    assert set(Role.objects.values_list("name", flat=True)) == (ROLES.keys() - {"State reader", "District reader"}) | {
        "Principal"
    }


def test_the_catalog_in_force_is_the_one_that_was_set_up(state: State) -> None:
    assert list(catalog_in_force().objects) == list(state.catalog.objects)
    assert kept_catalog() == TEXTS


def test_a_catalog_that_grew_is_added_to(state: State) -> None:
    grown = {**TEXTS, "Bus.toml": TEXTS["Bus.toml"] + '[[column]]\nname = "seats"\ntype = "integer"\n'}
    made = set_up(state.url, grown).made
    assert "column state.bus.seats" in made
    assert "catalog: 0 files new, 1 changed, 0 gone" in made
    assert {column.name for column in catalog_in_force()["Bus"].columns} == {"id", "name", "seats"}


def test_a_wrong_catalog_changes_nothing(state: State) -> None:
    with pytest.raises(CatalogError, match=r"Bus\.toml"):
        set_up(state.url, {**TEXTS, "Bus.toml": 'object = "Bus"'})
    assert kept_catalog() == TEXTS


def test_a_catalog_that_does_not_fit_the_state_never_comes_into_force(state: State) -> None:
    changed = {**TEXTS, "Bus.toml": TEXTS["Bus.toml"].replace('type = "text"\nlength = 20', 'type = "date"')}
    with pytest.raises(DatabaseError, match=r"state\.bus\.name"):
        set_up(state.url, changed)
    assert kept_catalog() == TEXTS


def test_several_that_set_up_at_the_same_moment_wait_for_one_another(database: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "upstate", "hub", "init"]
    environment = {**os.environ, "UPSTATE_HOME": str(tmp_path), "UPSTATE_DATABASE_URL": database}
    all_at_once = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    told = [each.communicate(timeout=120) for each in all_at_once]
    assert [each.returncode for each in all_at_once] == [0, 0, 0], [error for _, error in told]
    assert sorted("made  " in said for said, _ in told) == [False, False, True]


def test_a_catalog_that_is_put_in_force_meanwhile_is_not_set_back(state: State) -> None:
    grown = TEXTS["Bus.toml"] + "# one line more\n"
    with connect(state.url) as other:
        other.execute(statement("set_up_alone"))
        with ThreadPoolExecutor() as beside:
            again = beside.submit(_set_up_here, state.url)
            while not state.rows(_WAITS_HERE):
                assert not again.done()
                time.sleep(0.02)
            state.connection.execute("UPDATE hub_catalog_file SET text = %s WHERE name = 'Bus.toml'", [grown])
            other.close()
            assert again.result(60) == ()
    assert kept_catalog()["Bus.toml"] == grown


def _set_up_here(url: str) -> tuple[str, ...]:
    try:
        return set_up(url).made
    finally:
        connections.close_all()


def test_a_database_without_a_hub_says_how_to_make_one(database: str) -> None:
    start(Configuration(database))
    assert kept_catalog() == {}
    with pytest.raises(DatabaseError, match="Run: upstate hub init"):
        catalog_in_force()


def test_an_address_that_cannot_be_read_is_told_without_its_password() -> None:
    with pytest.raises(ConfigError) as told:
        start(Configuration("host=x secret password=hunter2"))
    assert "hunter2" not in told.value.message


def test_a_server_that_is_not_there_is_one_clear_line() -> None:
    with pytest.raises(DatabaseError, match=r"^The state's PostgreSQL cannot be reached: .*") as told:
        connect("postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")
    assert "\n" not in told.value.message


def test_what_is_acknowledged_is_on_disk_whatever_the_server_says(state: State) -> None:
    state.connection.execute(
        b"ALTER DATABASE "
        + state.rows("SELECT quote_ident(current_database())")[0][0].encode()
        + b" SET synchronous_commit = off"
    )
    with connect(state.url) as connection:
        row = connection.execute("SHOW synchronous_commit").fetchone()
    assert row == ("on",)


def test_every_statement_begins_with_what_it_does() -> None:
    for name in ("claim", "deliver", "finish", "roots"):
        assert statement(name).startswith(b"-- ")


def test_the_catalog_is_parsed_anew_only_when_it_or_the_owner_of_a_field_changed(state: State) -> None:
    from upstate.hub.models import FieldOwner

    before = catalog_in_force()
    assert catalog_in_force() is before
    column = before["School"].columns[-1]
    other = "state" if column.owner == "district" else "district"
    FieldOwner.objects.create(object="School", column=column.name, owner=other)
    changed = catalog_in_force()
    assert changed["School"].column(column.name).owner == other
    assert before["School"].column(column.name).owner == column.owner
    FieldOwner.objects.all().delete()
    assert catalog_in_force()["School"] == before["School"]
