"""Every way in which an object's records are kept out, as SQL: rules, lookups, references. Composes, runs nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from psycopg import sql

from upstate.catalog import Reference, Rule, SyncObject
from upstate.catalog.conditions import names_in
from upstate.loading.condition import Condition
from upstate.loading.parents import (
    astray,
    astray_from_all,
    complete,
    from_rejected,
    missing_parent,
    parent_by_key,
    parent_join,
    rejected_alias,
    self_joins,
)
from upstate.loading.rules import is_own, limits, looks_around, lookup_join, rule_condition
from upstate.loading.statements import Part, column
from upstate.loading.task import Candidates


@dataclass(frozen=True, slots=True)
class Conditions:
    """What records are judged by: each condition, the joins that tell who is suspect, and those of the suspects with
    their parents' open rejections."""

    all: list[Condition]
    joins: list[Part]
    rejected: list[Part]


def all_conditions(candidates: Candidates) -> Conditions:
    """Every condition the object can have, as if each parent had rejections: to check the catalog's SQL beforehand."""
    obj = candidates.task.object
    parents = [r.to for r in obj.references if r.to != obj.name]
    return conditions_of(candidates, parents, refused=1, held=parents)


def conditions_of(
    candidates: Candidates,
    rejected: Collection[str],
    refused: int,
    *,
    held: Collection[str],
    without: Collection[Rule] = (),
) -> Conditions:
    """Every condition, and the joins it needs, for records that were sent; `without` these rules.

    `rejected`: the parents that have open rejections; `held`: those of them of whose rejected records the state may
    hold rows. Of any other, only who points at no row can point at a rejected record.
    """
    obj = candidates.task.object
    found = [rule_condition(rule) for rule in obj.rules if rule not in without]
    few = None if candidates.task.everything or any(looks_around(rule) for rule in obj.rules) else candidates.table
    joins: list[Part] = [lookup_join(candidates.task, number, few) for number, _ in enumerate(obj.lookups)]
    to_rejected: list[Part] = []
    for reference in obj.references:
        if reference.to == obj.name:
            absent = astray_from_all(candidates, reference, refused)
            joins += self_joins(candidates, reference)
        else:
            parent = candidates.task.catalog[reference.to]
            absent = astray(reference, column(reference.name, parent.key[0]))
            joins.append(parent_join(candidates.task, reference))
        if reference.to not in rejected:
            found.append(missing_parent(reference, absent, None))
            continue
        suspect = complete(reference) if reference.to in held else absent
        blocked, join = from_rejected(candidates.task, reference, suspect)
        unknown = sql.SQL("{} is null").format(column(rejected_alias(reference), "verdict"))
        found.append(missing_parent(reference, absent, unknown))
        # What hangs on its own kind is told in the end, as among all that were sent: see turning_away.
        found += blocked if reference.to != obj.name else ()
        to_rejected.append(join)
    return Conditions(found, joins, to_rejected)


def own_conditions(obj: SyncObject) -> list[Condition]:
    """Of the conditions for records that the state holds already: those that need no other row to be told."""
    return [*limits(obj), *(rule_condition(rule) for rule in obj.rules if is_own(rule))]


def conditions_of_equal(
    candidates: Candidates, held: Collection[str], *, without: Collection[Rule] = (), own_are_kept: bool = False
) -> Conditions:
    """The same for records that the state holds just so: where they point, the state's foreign keys have seen to.

    No agent has sent them, so nobody has looked yet whether their values are allowed, unless `own_are_kept` says so
    of every condition in `own_conditions`. `held`: parents of whose rejected records the state holds rows.
    """
    task = candidates.task
    obj = task.object
    rules = [rule for rule in obj.rules if rule not in without and not (own_are_kept and is_own(rule))]
    named: dict[str, set[str]] = {}
    for name in (name for rule in rules for name in names_in(rule.when)):
        named.setdefault(name.alias, set()).add(name.column)
    conditions = [*(() if own_are_kept else limits(obj)), *map(rule_condition, rules)]
    joins: list[Part] = [lookup_join(task, n) for n, lookup in enumerate(obj.lookups) if lookup.name in named]
    to_rejected: list[Part] = []
    for reference in obj.references:
        if reference.name in named:
            joins += [_parent_of_held(candidates, reference, named[reference.name])]
        if reference.to in held:
            found, join = from_rejected(task, reference, complete(reference))
            conditions += found
            to_rejected.append(join)
    return Conditions(conditions, joins, to_rejected)


def _parent_of_held(candidates: Candidates, reference: Reference, columns: Collection[str]) -> Part:
    """Have these columns at hand of the parent that a row at the state points at; that it is there is known."""
    if reference.to == candidates.task.object.name:
        return self_joins(candidates, reference)[0]
    if set(columns) <= set(candidates.task.catalog[reference.to].key):
        return parent_by_key(candidates.task, reference)
    return parent_join(candidates.task, reference)
