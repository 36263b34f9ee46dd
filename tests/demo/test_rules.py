"""The catalog's rules, asked of the made-up district in PostgreSQL, find what was planted for them and nothing else."""

import re

import psycopg
from psycopg import sql
from tests.demo.district import RECIPE, District

from upstate.catalog import Catalog, Rule, SyncObject
from upstate.demo import make_district


def quoted(text: str) -> str:
    """`row` is a word of SQL; as a name it wants quotes."""
    return re.sub(r"\brow\b", '"row"', text)


def found(
    connection: psycopg.Connection[tuple[object, ...]], catalog: Catalog, obj: SyncObject, rule: Rule
) -> set[str]:
    """Keys of the records, of the school year, that a rule is true for."""
    joins = ""
    for reference in obj.references:
        (column,) = reference.columns
        joins += f' left join "{catalog[reference.to].table}" as "{reference.name}"'
        joins += f' on "{reference.name}".guid = record."{column}"'
    zone = f"(select {RECIPE.school_year} as school_year, 'KY' as edition) as zone"
    for lookup in obj.lookups:
        ((theirs, ours),) = lookup.on.items()
        columns = ", ".join(f"{text} as {alias}" for alias, text in lookup.columns.items())
        table = catalog[lookup.object].table
        grouped = f"select {theirs} as joined, {columns} from {table} as row, {zone} where {lookup.where} group by 1"
        joins += f" left join ({quoted(grouped)}) as {lookup.name} on {lookup.name}.joined = record.{ours}"
    year = f"where record.{obj.school_year} = {RECIPE.school_year}" if obj.school_year else ""
    query = (
        f'select guid from (select record.guid::text, ({rule.when}) as hit from "{obj.table}" as record'
        f"{joins} cross join {zone} {year}) as asked where hit"
    )
    return {str(key) for (key,) in connection.execute(sql.SQL(query))}


def test_each_rule_is_true_for_the_records_planted_for_it_and_no_others(lakeside: District, database: str) -> None:
    made = make_district(RECIPE, database)
    catalog = lakeside.catalog
    with psycopg.connect(database) as connection:
        # what does not land is no parent of anything: an orphan's enrollment decides nothing about its services
        for fault in made.faults:
            if fault.reason == "missing_reference" and fault.object == "Enrollment":
                connection.execute("delete from enrollment where guid = any(%s::uuid[])", (list(fault.keys),))
        for obj in catalog:
            for rule in obj.rules:
                planted = {
                    key
                    for fault in made.faults
                    if (fault.object, fault.reason) == (obj.name, rule.reason)
                    for key in fault.keys
                }
                assert found(connection, catalog, obj, rule) == planted, (obj.name, rule.reason)
                if rule.reason in {"state_excluded", "enrollment_excluded", "no_state_code", "not_actively_enrolled"}:
                    assert planted or obj.name == "BehaviorResponseType", (obj.name, rule.reason)


def test_each_of_the_six_conditions_of_a_test_score_is_broken_by_some_score(lakeside: District) -> None:
    assert {fault.reason for fault in lakeside.made.faults if fault.object == "TestScore"} >= {
        "test_without_code",
        "test_not_published",
        "score_without_date",
        "score_outside_year",
        "test_locked_by_district",
        "not_actively_enrolled",
    }
