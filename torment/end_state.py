"""How a round ended: every row at the state, every count, every rejection and its sums, and what must never be so."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from bench.state.districts import Counts
from psycopg import sql

# What is compared: a name, and a query whose rows do not depend on when, or in how many attempts, something was done.
_CONTROL = {
    "the resync": "select state, hold from hub_resync where id = %(resync)s",
    "counts": """
        select object, school_year, state, message, created, updated, unchanged, deleted, failed, blocked, excluded,
            leftovers
        from hub_order where resync_id = %(resync)s order by position""",
    "rejections": """
        select object, school_year, key, reason, "column", verdict, records, message, advice, root_object, root_key,
            root_reason, first_seen_id, last_seen_id, resolved_by_id
        from hub_rejection order by 1, 2, 3, 4, 5""",
    "roots": "select object, key, reason, verdict, holds from hub_root order by 1, 2, 3, 4",
    "tallies": """
        select object, school_year, verdict, reason, "column", own, rejections, records
        from hub_tally order by 1, 2, 3, 4, 5, 6""",
}
_LANDINGS = """
    select orders.object, count(landed.*)
    from hub_order as orders left join torment.landed as landed on landed.order_id = orders.id
    where orders.resync_id = %(resync)s group by orders.object order by 1"""
WATCH = """
create schema torment;
create table torment.landed (order_id bigint);
create function torment.note() returns trigger language plpgsql as $$
begin insert into torment.landed values (new.id); return null; end $$;
create trigger torment after update on hub_order for each row
    when (new.state = 'landed' and old.state is distinct from 'landed') execute function torment.note();
alter table hub_order enable always trigger torment; -- landing writes with other triggers off
"""


@dataclass(frozen=True, slots=True)
class EndState:
    """What a round left: of each table and list its rows' digests, and what each order came to."""

    found: Mapping[str, tuple[int, str]]
    lines: Mapping[str, Sequence[str]]
    landings: Mapping[str, int]
    kept: int
    processed: Mapping[str, Counts]


def end_state(url: str, resync: int) -> EndState:
    """How things stand once the resync has ended."""
    found: dict[str, tuple[int, str]] = {}
    lines: dict[str, Sequence[str]] = {}
    with psycopg.connect(url) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'state' order by 1").fetchall()
        for (table,) in tables:
            rows = sql.SQL("select t::text from {} as t order by 1").format(sql.Identifier("state", table))
            found[f"rows of {table}"] = _digested(connection, rows)
        for name, query in _CONTROL.items():
            lines[name] = [str(row) for row in connection.execute(query.encode(), {"resync": resync})]
            found[name] = len(lines[name]), _digest(lines[name])
        landings = {name: times for name, times in connection.execute(_LANDINGS.encode(), {"resync": resync})}  # noqa: C416
        kept = connection.execute("select count(*) from hub_batch").fetchone()
        processed = {
            row[0]: (sum(row[1:]), *row[4:7])
            for row in connection.execute(
                b"select object, created, updated, unchanged, failed, blocked, excluded from hub_order"
                b" where resync_id = %s",
                (resync,),
            ).fetchall()
        }
    return EndState(found, lines, landings, 0 if kept is None else kept[0], processed)


def divergences(wanted: EndState, got: EndState, planted: Mapping[str, Counts]) -> Iterator[str]:
    """A line for everything in which a round did not end as the undisturbed one, or as was planted."""
    for name in sorted(wanted.found.keys() | got.found.keys()):
        if wanted.found.get(name) != got.found.get(name):
            one, other = wanted.found.get(name, (0, ""))[0], got.found.get(name, (0, ""))[0]
            yield f"{name}: {other} and not the same as the undisturbed run's {one}{_first(name, wanted, got)}"
    yield from impossible(got, planted)


def impossible(got: EndState, planted: Mapping[str, Counts]) -> Iterator[str]:
    """What must not be after any run, whatever happened in it: told without the undisturbed one."""
    for name, times in got.landings.items():
        if times != 1:
            yield f"{name} landed {times} times"
    if got.kept:
        yield f"{got.kept} batches are kept though everything has landed"
    for name, counts in got.processed.items():
        if counts != planted.get(name, (0, 0, 0, 0)):
            yield f"{name}: processed, failed, blocked, excluded are {counts}, not {planted.get(name)}"


def _first(name: str, wanted: EndState, got: EndState) -> str:
    one, other = wanted.lines.get(name, ()), got.lines.get(name, ())
    differ = sorted(set(one) ^ set(other))
    return f"; first: {differ[0][:300]}" if differ else ""


def _digested(connection: psycopg.Connection[Any], query: sql.Composed) -> tuple[int, str]:
    rows = [row[0] for row in connection.execute(query)]
    return len(rows), _digest(rows)


def _digest(rows: Sequence[str]) -> str:
    return hashlib.blake2b("\n".join(rows).encode(), digest_size=16).hexdigest()
