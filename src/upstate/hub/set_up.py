"""Makes a database the state's: control tables, roles, the catalog in force, and the state tables of that catalog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection as control
from django.db import transaction
from django.db.migrations.executor import MigrationExecutor

from upstate.catalog import Catalog, catalog_files, parse_catalog, shipped_catalog
from upstate.hub.in_force import kept_catalog
from upstate.hub.models import CatalogFile
from upstate.hub.people import make_roles
from upstate.hub.postgres import Connection, connect, database_errors, statement
from upstate.loading.spreading import prepare_spread


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `set_up` did: the catalog now in force, and a line for each thing it made or changed; none when repeated."""

    catalog: Catalog
    made: tuple[str, ...]


def set_up(
    database_url: str,
    texts: Mapping[str, str] | None = None,
    *,
    partitions: int | None = None,
    servers: Sequence[str] = (),
) -> Prepared:
    """Make or extend the hub in a started database; `texts` are the catalog's files by name. Safe to repeat, and for
    several at the same moment: one waits for the other. Without `texts` the catalog is the one it has, or else k12.

    State tables are divided into so many partitions; None: as they are, or in one piece. `servers` are the URLs of
    empty databases that are to hold them; none: as they are, or in this one.

    CatalogError before anything is written where the catalog is wrong; DatabaseError where the database refuses.
    The state tables come before the catalog: one that does not fit what is there never comes into force.
    """
    parsed = None if texts is None else parse_catalog(texts)  # a wrong one waits for nobody
    with connect(database_url) as connection:  # refuses a server that is too old before anything is made
        _alone(connection)
        if texts is None:  # asked no sooner: another may have just been put in force
            texts = kept_catalog() or catalog_files(shipped_catalog("k12"))
        catalog = parsed or parse_catalog(texts)
        made = [*_migrate(), *make_roles(), *prepare_spread(connection, catalog, partitions, servers), *_keep(texts)]
    return Prepared(catalog, tuple(made))


@database_errors()
def _alone(connection: Connection) -> None:
    connection.execute(statement("set_up_alone"))


@database_errors()
def _migrate() -> list[str]:
    executor = MigrationExecutor(control)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return []
    call_command("migrate", verbosity=0, interactive=False)
    return [f"control tables: {migration.name.partition('_')[2].replace('_', ' ')}" for migration, _ in plan]


@database_errors()
def _keep(texts: Mapping[str, str]) -> list[str]:
    with transaction.atomic():
        before = dict(CatalogFile.objects.values_list("name", "text"))
        if before == dict(texts):
            return []
        CatalogFile.objects.all().delete()
        CatalogFile.objects.bulk_create(CatalogFile(name=name, text=text) for name, text in texts.items())
    new, changed, gone = (
        len(texts.keys() - before.keys()),
        sum(before[name] != text for name, text in texts.items() if name in before),
        len(before.keys() - texts.keys()),
    )
    return [f"catalog: {new} files new, {changed} changed, {gone} gone"]
