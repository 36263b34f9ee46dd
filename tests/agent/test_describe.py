"""A database's own schema as a catalog: from SQLite, PostgreSQL and MariaDB, and what is said of what will not do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from tests.agent.mysql_maker import MysqlMaker, fresh_database

from upstate.agent.sources import Description, open_source
from upstate.catalog import Catalog, Column, Graph, Unique, parse_catalog
from upstate.catalog.writing import catalog_texts
from upstate.errors import CatalogError

_DATA = Path(__file__).parents[3] / "shared" / "data"
_SHAPES = """
CREATE TABLE region (code varchar(3) PRIMARY KEY, "name" text NOT NULL UNIQUE);
CREATE TABLE school (
    region varchar(3) NOT NULL REFERENCES region,
    number integer NOT NULL,
    near_region varchar(3),
    near_number integer,
    head_id varchar(3),
    PRIMARY KEY (region, number),
    FOREIGN KEY (near_number, near_region) REFERENCES school (number, region),
    FOREIGN KEY (head_id) REFERENCES region (code)
);
CREATE TABLE visit (
    region varchar(3),
    number integer,
    day date NOT NULL,
    badge varchar(9) NOT NULL,
    note text,
    UNIQUE (badge, day),
    FOREIGN KEY (region, number) REFERENCES school (region, number)
);
CREATE TABLE log (line text, UNIQUE (line));
CREATE TABLE "order details" (
    id integer PRIMARY KEY, district_id integer, "what?" text, by_name text REFERENCES region (name)
);
CREATE TABLE gone (line text REFERENCES log (line), id integer PRIMARY KEY);
"""


def from_sqlite(path: Path, script: str) -> Description:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return open_source(str(path)).describe()


def from_postgresql(url: str, script: str) -> Description:
    with psycopg.connect(url) as connection:
        connection.execute(script.encode())
    return open_source(url).describe()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_keys_references_and_unique_constraints_come_over(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        described = from_sqlite(tmp_path / "d.sqlite", _SHAPES)
    else:
        described = from_postgresql(request.getfixturevalue("database"), _SHAPES)
    catalog = described.catalog
    assert set(catalog.objects) == {"region", "school", "visit", "OrderDetails", "gone"}
    assert catalog["region"].key == ("code",)
    assert catalog["region"].column("code").required
    assert catalog["region"].column("code").length == 3
    assert catalog["region"].uniques == (Unique(("name",)),)
    school = catalog["school"]
    assert school.key == ("region", "number")
    assert {(r.to, r.columns) for r in school.references} == {
        ("region", ("region",)),
        ("region", ("head_id",)),
        ("school", ("near_region", "near_number")),  # in the order of the parent's key
    }
    assert len({r.name for r in school.references}) == 3
    assert catalog["visit"].key == ("badge", "day")  # it has no primary key
    assert [(r.to, r.columns) for r in catalog["visit"].references] == [("school", ("region", "number"))]
    details = catalog["OrderDetails"]
    assert details.table == "order details"
    assert [c.name for c in details.columns] == ["id", "source_district_id", "what", "by_name"]
    said = "\n".join(described.warnings)
    assert 'The table "log" is left out: it has no primary key' in said
    assert 'The reference of "gone" (line) to "log" is left out: that table is not in the catalog.' in said
    assert '(by_name) to "region" is left out: it does not point at that table\'s key (code).' in said
    assert 'source_district_id = "district_id"' in said
    assert 'what = "what?"' in said
    assert all("\n" not in warning for warning in described.warnings)
    assert dict(parse_catalog(catalog_texts(catalog)).objects) == dict(catalog.objects)


def test_the_types_a_sqlite_file_declares(tmp_path: Path) -> None:
    declared = {
        "INTEGER": ("bigint", None, None, None),
        "tinyint(1)": ("bigint", None, None, None),
        "NVARCHAR(160)": ("text", 160, None, None),
        "TEXT": ("text", None, None, None),
        "": ("text", None, None, None),
        "NUMERIC(10,2)": ("decimal", None, 10, 2),
        "DECIMAL(5)": ("decimal", None, 5, 0),
        "NUMERIC": ("decimal", None, 38, 10),
        "NUMERIC(60,2)": ("decimal", None, 38, 10),
        "DATETIME": ("timestamp", None, None, None),
        "DATE": ("date", None, None, None),
        "TIME": ("time", None, None, None),
        "TIMESTAMP WITH TIME ZONE": ("timestamptz", None, None, None),
        "REAL": ("double", None, None, None),
        "DOUBLE PRECISION": ("double", None, None, None),
        "BLOB": ("bytes", None, None, None),
        "BOOLEAN": ("boolean", None, None, None),
        "UNIQUEIDENTIFIER": ("uuid", None, None, None),
        "JSON": ("json", None, None, None),
    }
    columns = ", ".join(f"c{n} {kind}" for n, kind in enumerate(declared))
    obj = from_sqlite(tmp_path / "d.sqlite", f"CREATE TABLE t (id INTEGER PRIMARY KEY, {columns})").catalog["t"]
    assert [(c.type, c.length, c.precision, c.scale) for c in obj.columns[1:]] == list(declared.values())


def test_the_types_a_postgresql_database_declares(database: str) -> None:
    declared = {
        "smallint": ("integer", None, None, None),
        "integer": ("integer", None, None, None),
        "bigint": ("bigint", None, None, None),
        "varchar(40)": ("text", 40, None, None),
        "varchar": ("text", None, None, None),
        "char(2)": ("text", 2, None, None),
        "numeric(10,2)": ("decimal", None, 10, 2),
        "numeric(5,0)": ("decimal", None, 5, 0),
        "numeric": ("decimal", None, 38, 10),
        "numeric(60,2)": ("decimal", None, 38, 10),
        "real": ("double", None, None, None),
        "boolean": ("boolean", None, None, None),
        "date": ("date", None, None, None),
        "time": ("time", None, None, None),
        "timestamp(3)": ("timestamp", None, None, None),
        "timestamptz": ("timestamptz", None, None, None),
        "uuid": ("uuid", None, None, None),
        "bytea": ("bytes", None, None, None),
        "jsonb": ("json", None, None, None),
        "integer[]": ("text", None, None, None),
        "mood": ("text", None, None, None),
        "short": ("text", 7, None, None),
    }
    columns = ", ".join(f"c{n} {kind}" for n, kind in enumerate(declared))
    types = "CREATE TYPE mood AS ENUM ('a'); CREATE DOMAIN short AS varchar(7)"
    script = f"{types}; CREATE TABLE t (id int PRIMARY KEY, {columns})"
    obj = from_postgresql(database, script).catalog["t"]
    assert [(c.type, c.length, c.precision, c.scale) for c in obj.columns[1:]] == list(declared.values())


def test_a_mariadb_database_is_described_with_keys_references_and_types() -> None:
    declared = {
        "tinyint": ("integer", None, None, None),
        "tinyint(1)": ("boolean", None, None, None),
        "bit(1)": ("boolean", None, None, None),
        "bit(9)": ("decimal", None, 20, 0),
        "int unsigned": ("bigint", None, None, None),
        "bigint": ("bigint", None, None, None),
        "bigint unsigned": ("decimal", None, 20, 0),
        "varchar(40)": ("text", 40, None, None),
        "text": ("text", None, None, None),
        "enum('a','b')": ("text", None, None, None),
        "year": ("text", None, None, None),
        "decimal(10,2)": ("decimal", None, 10, 2),
        "decimal(65,30)": ("decimal", None, 38, 10),
        "float": ("double", None, None, None),
        "date": ("date", None, None, None),
        "time": ("time", None, None, None),
        "datetime": ("timestamp", None, None, None),
        "timestamp null": ("timestamptz", None, None, None),
        "uuid": ("uuid", None, None, None),
        "binary(16)": ("bytes", None, None, None),
        "blob": ("bytes", None, None, None),
    }
    columns = ", ".join(f"c{n} {kind}" for n, kind in enumerate(declared))
    with fresh_database() as url:
        maker = MysqlMaker(url)
        maker.change("CREATE TABLE region (code varchar(3) PRIMARY KEY, name varchar(9) NOT NULL UNIQUE)")
        maker.change(
            "CREATE TABLE school (region varchar(3), number int, near int, PRIMARY KEY (region, number), "
            "FOREIGN KEY (region) REFERENCES region (code), "
            "FOREIGN KEY (region, near) REFERENCES school (region, number))"
        )
        maker.change(f"CREATE TABLE t (id int PRIMARY KEY, {columns}, UNIQUE (c0, c1), UNIQUE (c8(5)))")
        maker.change("CREATE VIEW v AS SELECT * FROM t")
        maker.change("CREATE TABLE log (line text)")
        described = open_source(url).describe()
    catalog = described.catalog
    assert set(catalog.objects) == {"region", "school", "t"}
    assert catalog["region"].key == ("code",)
    assert catalog["region"].uniques == (Unique(("name",)),)
    assert catalog["school"].key == ("region", "number")
    assert {(r.to, r.columns) for r in catalog["school"].references} == {
        ("region", ("region",)),
        ("school", ("region", "near")),
    }
    assert [(c.type, c.length, c.precision, c.scale) for c in catalog["t"].columns[1:]] == list(declared.values())
    assert catalog["t"].uniques == (Unique(("c0", "c1")),)
    assert 'The table "log" is left out: it has no primary key' in "\n".join(described.warnings)
    assert dict(parse_catalog(catalog_texts(catalog)).objects) == dict(catalog.objects)


def test_nulls_that_clash_and_partial_indexes_are_told_apart(database: str) -> None:
    script = """
        CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, UNIQUE NULLS NOT DISTINCT (a, b));
        CREATE UNIQUE INDEX ON t (c) WHERE a > 0;
        CREATE UNIQUE INDEX ON t ((a + b));
    """
    assert from_postgresql(database, script).catalog["t"].uniques == (Unique(("a", "b"), nulls="equal"),)


def test_a_cycle_between_tables_is_named_in_full_when_the_catalog_is_read(tmp_path: Path) -> None:
    script = """
        CREATE TABLE hen (id INTEGER PRIMARY KEY, egg INTEGER REFERENCES egg);
        CREATE TABLE egg (id INTEGER PRIMARY KEY, hen INTEGER REFERENCES hen);
    """
    described = from_sqlite(tmp_path / "d.sqlite", script)
    with pytest.raises(CatalogError, match=r"hen.*egg|egg.*hen"):
        parse_catalog(catalog_texts(described.catalog))


def test_tables_of_postgresql_systems_and_other_schemas_stay_out(database: str) -> None:
    script = "CREATE SCHEMA other; CREATE TABLE other.t (id int PRIMARY KEY); CREATE TABLE u (id int PRIMARY KEY)"
    assert set(from_postgresql(database, script).catalog.objects) == {"u"}


def public(name: str) -> tuple[Catalog, tuple[str, ...], dict[str, int], int]:
    """Describe a public file, check the catalog, and read it all: records and misfits."""
    path = _DATA / name
    if not path.exists():
        pytest.skip(f"the public file {name} is not beside this project")
    source = open_source(str(path))
    described = source.describe()
    catalog = parse_catalog(catalog_texts(described.catalog))
    source.check(catalog)
    with source.snapshot() as snapshot:
        batches = {obj.name: list(snapshot.read(obj, None)) for obj in catalog}
    counts = {name: sum(b.size for b in each) for name, each in batches.items()}
    return catalog, described.warnings, counts, sum(b.misfits.num_rows for each in batches.values() for b in each)


def test_the_public_schools_of_texas_are_described_and_read() -> None:
    catalog, warnings, counts, wrong = public("texas-2015-2016.sqlite")
    assert warnings == ()
    assert counts == {"region": 20, "district": 1207, "campus": 8673}
    assert wrong == 0
    assert Graph.of(catalog).order(catalog.objects) == ("region", "district", "campus")
    assert ("campus", ("paired_campus",)) in {(r.to, r.columns) for r in catalog["campus"].references}


def test_chinook_is_described_and_read() -> None:
    catalog, warnings, counts, wrong = public("chinook.sqlite")
    assert warnings == ()
    assert sum(counts.values()) == 15_607
    assert wrong == 0
    assert catalog["PlaylistTrack"].key == ("PlaylistId", "TrackId")
    assert [(r.to, r.columns) for r in catalog["Employee"].references] == [("Employee", ("ReportsTo",))]
    assert catalog["Invoice"].column("Total") == Column("Total", "decimal", True, precision=10, scale=2)
    assert catalog["Invoice"].column("InvoiceDate").type == "timestamp"
