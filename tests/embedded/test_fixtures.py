"""The fixtures that every room's tests stand on."""

import psycopg
import pytest


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_an_empty_database_of_its_own(database: str, turn: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE only_here (turn text)")
        found = connection.execute("SELECT current_database() LIKE 'test_%', count(*) FROM only_here").fetchone()
    assert found == (True, 0)


def test_databases_sort_and_fold_the_same_on_every_machine(database: str) -> None:
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT lower('ÅSA'), 'a' < 'B', current_setting('server_encoding')").fetchone()
    assert found == ("åsa", False, "UTF8")
