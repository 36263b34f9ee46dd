"""Every way in which an object's records are kept out, as SQL: rules, lookups, references. Composes, runs nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from psycopg import sql

from upstate.catalog import Column, Reference, Rule, SyncObject
from upstate.catalog.conditions import names_in
from upstate.loading.keys import found_keys
from upstate.loading.statements import (
    Part,
    column,
    columns,
    equal,
    expression,
    key_text,
    literal,
    state_table,
    statement,
)
from upstate.loading.task import Candidates, Task
from upstate.loading.wording import refusal
from upstate.wire.digests import for_shipping

_WINDOW = re.compile(r"\bover\s*[(\w\"]", re.IGNORECASE)
_STRING = re.compile(r"'(?:[^']|'')*'")


@dataclass(frozen=True, slots=True)
class Condition:
    """One way in which a record is kept out: the test, and the words and the root that go with it.

    Where a parent's rejection decides, the test only says who is suspect; `rejected` is the condition on that.
    """

    test: Part
    klass: int
    verdict: str
    reason: str
    column: str
    message: Part
    advice: Part
    root: tuple[Part, Part, Part] | tuple[()] = ()
    rejected: Part | None = None


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


def looks_around(rule: Rule) -> bool:
    """Whether a rule sees other records too (a window function): then it has to see all of them at once."""
    return _WINDOW.search(_STRING.sub("''", rule.when)) is not None


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
    joins: list[Part] = [_lookup_join(candidates.task, number) for number, _ in enumerate(obj.lookups)]
    to_rejected: list[Part] = []
    for reference in obj.references:
        if reference.to == obj.name:
            absent = _absent_from_all(candidates, reference, refused)
            joins += _self_joins(candidates, reference)
        else:
            parent = candidates.task.catalog[reference.to]
            absent = _absent(reference, column(reference.name, parent.key[0]))
            joins.append(_parent_join(candidates.task, reference))
        if reference.to not in rejected:
            found.append(_missing(reference, absent, None))
            continue
        may_be_held = reference.to in held or reference.to == obj.name
        blocked, join = _from_rejected(candidates.task, reference, _complete(reference) if may_be_held else absent)
        unknown = sql.SQL("{} is null").format(column(_rejected_alias(reference), "verdict"))
        found += [_missing(reference, absent, unknown), *blocked]
        to_rejected.append(join)
    return Conditions(found, joins, to_rejected)


def own_conditions(obj: SyncObject) -> list[Condition]:
    """Of the conditions for records that the state holds already: those that need no other row to be told."""
    return [*_limits(obj), *(rule_condition(rule) for rule in obj.rules if _is_own(rule))]


def conditions_of_equal(
    candidates: Candidates, held: Collection[str], *, without: Collection[Rule] = (), own_are_kept: bool = False
) -> Conditions:
    """The same for records that the state holds just so: where they point, the state's foreign keys have seen to.

    No agent has sent them, so nobody has looked yet whether their values are allowed, unless `own_are_kept` says so
    of every condition in `own_conditions`. `held`: parents of whose rejected records the state holds rows.
    """
    task = candidates.task
    obj = task.object
    rules = [rule for rule in obj.rules if rule not in without and not (own_are_kept and _is_own(rule))]
    named = {name.alias for rule in rules for name in names_in(rule.when)}
    conditions = [*(() if own_are_kept else _limits(obj)), *map(rule_condition, rules)]
    joins: list[Part] = [_lookup_join(task, n) for n, lookup in enumerate(obj.lookups) if lookup.name in named]
    to_rejected: list[Part] = []
    for reference in obj.references:
        if reference.name in named:
            joins += (
                _self_joins(candidates, reference)[:1] if reference.to == obj.name else [_parent_join(task, reference)]
            )
        if reference.to in held:
            found, join = _from_rejected(task, reference, _complete(reference))
            conditions += found
            to_rejected.append(join)
    return Conditions(conditions, joins, to_rejected)


def _is_own(rule: Rule) -> bool:
    """Whether a rule sees its own record and the zone alone."""
    return not looks_around(rule) and {name.alias for name in names_in(rule.when)} <= {"record", "zone"}


def _limits(obj: SyncObject) -> Iterator[Condition]:
    """What a value must be by itself and the state's columns do not say. What the state owns is not the district's."""
    district = [c for c in for_shipping(obj).columns if c.owner == "district" and c.name not in obj.key]
    for limited in district:
        value = column("record", limited.name)
        if limited.required:
            yield _limit(obj, limited, "required", sql.SQL("{} is null").format(value))
        if limited.codes is not None:
            known = sql.SQL(", ").join(literal(code) for code in limited.codes)
            yield _limit(obj, limited, "unknown_code", sql.SQL("{} <> all (array[{}]::text[])").format(value, known))


def _limit(obj: SyncObject, limited: Column, reason: str, test: Part) -> Condition:
    words = refusal(obj, (), reason, limited.name)
    return Condition(test, -1, "failed", reason, limited.name, literal(words.message), literal(words.advice))


def rule_condition(rule: Rule) -> Condition:
    """A rule of the catalog as a condition."""
    return Condition(
        test=expression(rule.when),
        klass=0 if rule.verdict == "excluded" else 1,
        verdict=rule.verdict,
        reason=rule.reason,
        column="",
        message=literal(rule.message),
        advice=literal(rule.advice),
    )


def _lookup_join(task: Task, number: int) -> Part:
    lookup = task.object.lookups[number]
    theirs = list(lookup.on)
    condition = sql.SQL("and ({})").format(expression(lookup.where)) if lookup.where else sql.SQL("")
    names = [f"on{n}" for n, _ in enumerate(theirs)]
    return statement(
        "join_lookup",
        theirs=sql.SQL(", ").join(
            sql.SQL('"row".{} as {}').format(sql.Identifier(t), sql.Identifier(n))
            for t, n in zip(theirs, names, strict=True)
        ),
        aggregates=sql.SQL(", ").join(
            sql.SQL("{} as {}").format(expression(text), sql.Identifier(alias))
            for alias, text in lookup.columns.items()
        ),
        table=state_table(task.catalog[lookup.object]),
        condition=condition,
        groups=columns("row", theirs),
        alias=sql.Identifier(lookup.name),
        on=equal(lookup.name, "record", dict(zip(names, lookup.on.values(), strict=True))),
    )


def _parent_join(task: Task, reference: Reference) -> Part:
    parent = task.catalog[reference.to]
    return statement(
        "join_parent",
        parent=state_table(parent),
        alias=sql.Identifier(reference.name),
        on=equal(reference.name, "record", dict(zip(parent.key, reference.columns, strict=True))),
    )


def _from_rejected(task: Task, reference: Reference, suspect: Part) -> tuple[list[Condition], Part]:
    """What a parent's open rejection means to its children, and the join of the suspects with it."""
    parent = task.catalog[reference.to]
    alias = _rejected_alias(reference)
    join = statement(
        "join_rejected",
        rejected=rejected_table(task.object, parent.name),
        alias=sql.Identifier(alias),
        on=equal(alias, "judged", dict(zip(found_keys(parent), reference.columns, strict=True))),
    )
    verdict = column(alias, "verdict")
    root = (column(alias, "root_object"), column(alias, "root_key"), column(alias, "root_reason"))
    failed = sql.SQL("{} in ('failed', 'blocked')").format(verdict)
    conditions = [_from_parent(reference, suspect, failed, 2, root)]
    if reference.when_excluded == "reject":
        conditions.append(_from_parent(reference, suspect, sql.SQL("{} = 'excluded'").format(verdict), 3, root))
    return conditions, join


def rejected_table(obj: SyncObject, parent: str) -> sql.Identifier:
    """Where the open rejections of one of the object's parents are, while its records are judged."""
    return sql.Identifier("pg_temp", rejected_name(obj, parent))


def rejected_name(obj: SyncObject, parent: str) -> str:
    """What that table is called."""
    parents = list(dict.fromkeys(reference.to for reference in obj.references))
    return f"rejected {parents.index(parent)}"


def _rejected_alias(reference: Reference) -> str:
    return f"{reference.name} rejected"


def _absent(reference: Reference, *parents: Part) -> Part:
    """Whether a record points at a parent that is in none of these places."""
    nowhere = (sql.SQL("{} is null").format(parent) for parent in parents)
    return sql.SQL(" and ").join([_complete(reference), *nowhere])


def _absent_from_all(candidates: Candidates, reference: Reference, refused: int) -> Part:
    """A parent in the same object may stand anywhere among the candidates; one at the state only counts as well.

    One that was not sent may have been rejected before: of a selective order alone, whose own object is rejected too.
    """
    obj = candidates.task.object
    places = [reference.name] if candidates.in_place else [reference.name, _held_alias(reference)]
    absent = _absent(reference, *(column(alias, obj.key[0]) for alias in places))
    if refused:
        # A parent that was refused by itself exists all the same: its children are blocked, not astray.
        absent = sql.SQL("{} and not exists (select from refusal where refusal.key = {})").format(
            absent, key_text("record", reference.columns)
        )
    return absent


def _self_joins(candidates: Candidates, reference: Reference) -> list[Part]:
    obj = candidates.task.object
    places: dict[str, Part] = {reference.name: candidates.judged}
    if not candidates.in_place:
        places[_held_alias(reference)] = state_table(obj)
    return [
        statement(
            "join_parent",
            parent=table,
            alias=sql.Identifier(alias),
            on=equal(alias, "record", dict(zip(obj.key, reference.columns, strict=True))),
        )
        for alias, table in places.items()
    ]


def _held_alias(reference: Reference) -> str:
    return f"{reference.name} held"


def _missing(reference: Reference, test: Part, rejected: Part | None) -> Condition:
    names = ", ".join(reference.columns)
    return Condition(
        test=test,
        klass=1,
        verdict="failed",
        reason="missing_reference",
        column=names,
        message=sql.SQL("format('%%s points at %%s %%s, which does not exist.', {}, {}, {})").format(
            literal(names), literal(reference.to), _shown(reference)
        ),
        advice=sql.SQL(
            "format('Correct %%s, or add %%s %%s in the district and send %%s first.', {}, {}, {}, {})"
        ).format(literal(names), literal(reference.to), _shown(reference), literal(reference.to)),
        rejected=rejected,
    )


def _from_parent(
    reference: Reference, suspect: Part, rejected: Part, klass: int, root: tuple[Part, Part, Part]
) -> Condition:
    failed = klass == 2
    words = "Its %s %s did not land." if failed else "Policy keeps its %s %s out."
    advice = (
        "Nothing is wrong with this record. It lands once its {to} does."
        if failed
        else "Nothing is wrong with this record. It may go once its {to} may."
    )
    return Condition(
        test=suspect,
        klass=klass,
        verdict="blocked" if failed else "excluded",
        reason="parent_failed" if failed else "parent_excluded",
        column=", ".join(reference.columns),
        message=sql.SQL("format({}, {}, {})").format(literal(words), literal(reference.to), _shown(reference)),
        advice=literal(advice.format(to=reference.to)),
        root=root,
        rejected=rejected,
    )


def _shown(reference: Reference) -> Part:
    return sql.SQL("left(array_to_string({}, '|'), 200)").format(key_text("judged", reference.columns))


def _complete(reference: Reference) -> Part:
    """A reference with an empty part points nowhere, as SQL's own foreign keys have it (MATCH SIMPLE)."""
    return sql.SQL(" and ").join(sql.SQL("{} is not null").format(column("record", c)) for c in reference.columns)
