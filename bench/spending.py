"""--profile: where a resync of ours spends its time, by process, by object and by statement."""

from __future__ import annotations

from collections.abc import Iterator

from bench.ours import Resync, state_of
from bench.place import Place

_MOST = 12  # lines of each kind


def count_statements(place: Place) -> None:
    """Let the server keep count of its statements; it has to start anew for that."""
    with place.connect("upstate") as connection:
        connection.execute("alter system set shared_preload_libraries = 'pg_stat_statements'")
    place.cluster.stop()
    place.cluster.start()
    with place.connect("upstate") as connection:
        connection.execute("create extension if not exists pg_stat_statements")


def leave_statements(place: Place) -> None:
    """Count statements no longer: it costs a little."""
    with place.connect("upstate") as connection:
        counting = connection.execute("show shared_preload_libraries").fetchone() != ("",)
        if counting:
            connection.execute("alter system reset shared_preload_libraries")
    if counting:
        place.cluster.stop()
        place.cluster.start()


def forget_statements(place: Place) -> None:
    """Count from nothing, for the step that comes next."""
    with place.connect("upstate") as connection:
        connection.execute("select pg_stat_statements_reset()")


def account(place: Place, source: str, done: Resync) -> Iterator[str]:
    """Where the seconds of a resync that has just ended went."""
    cpu = ", ".join(f"{seen.name} {seen.cpu:.2f}" for seen in sorted(done.run.processes, key=lambda s: -s.cpu))
    yield f"    processor seconds: {cpu}"
    yield f"    {'object':<28} {'records':>10} {'read, sent':>11} {'waited':>8} {'landing':>8} {'us/record':>10}"
    with place.connect(state_of(source)) as connection:
        for name, records, reading, waiting, landing in connection.execute(_OBJECTS, {"most": _MOST}):
            each = 1e6 * landing / records if records else 0.0
            yield f"    {name:<28} {records:>10,} {reading:>11.3f} {waiting:>8.3f} {landing:>8.3f} {each:>10.2f}"
    with place.connect("upstate") as connection:
        yield f"    {'statement':<72} {'calls':>7} {'seconds':>8}"
        for query, calls, seconds in connection.execute(_STATEMENTS, {"of": state_of(source), "most": _MOST}):
            yield f"    {query:<72} {calls:>7,} {seconds:>8.3f}"


# An object lands when it is delivered and the one before it has landed; what lies between is waiting.
_OBJECTS = """
with orders as (
    select object, created + updated + unchanged + failed + blocked + excluded as processed, started_at,
        delivered_at, finished_at,
        greatest(delivered_at, lag(finished_at) over (order by finished_at)) as taken_at
    from hub_order
    where resync_id = (select max(id) from hub_resync)
)
select object, processed, extract(epoch from delivered_at - started_at)::float8,
    extract(epoch from taken_at - delivered_at)::float8,
    extract(epoch from finished_at - taken_at)::float8 as landing
from orders
order by landing desc
limit %(most)s
"""
# Statements alike but for the names in them are one: what counts is which kind. COPY's seconds include its waiting.
_STATEMENTS = """
select shape, sum(calls)::bigint, sum(total_exec_time) / 1000 as seconds
from pg_stat_statements
join pg_database on pg_database.oid = dbid
cross join lateral (select regexp_replace(query, '^(\\s*--[^\\n]*\\n)+', '') as plain) as without_comment
cross join lateral (select regexp_replace(plain, '"[^"]*"[.,]?', '', 'g') as nameless) as without_names
cross join lateral (select left(regexp_replace(nameless, '\\s+', ' ', 'g'), 72) as shape) as shortened
where datname = %(of)s
group by shape
order by seconds desc
limit %(most)s
"""
