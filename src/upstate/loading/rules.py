"""What a record breaks by itself: rules of the catalog, and limits of its values. Composes, runs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from psycopg import sql

from upstate.catalog import Column, Rule, SyncObject
from upstate.catalog.conditions import names_in
from upstate.loading.condition import Condition
from upstate.loading.statements import Part, column, columns, equal, expression, literal, state_table, statement
from upstate.loading.task import Task
from upstate.loading.wording import refusal
from upstate.wire.digests import for_shipping

_WINDOW = re.compile(r"\bover\s*[(\w\"]", re.IGNORECASE)
_STRING = re.compile(r"'(?:[^']|'')*'")


def looks_around(rule: Rule) -> bool:
    """Whether a rule sees other records too (a window function): then it has to see all of them at once."""
    return _WINDOW.search(_STRING.sub("''", rule.when)) is not None


def is_own(rule: Rule) -> bool:
    """Whether a rule sees its own record and the zone alone."""
    return not looks_around(rule) and {name.alias for name in names_in(rule.when)} <= {"record", "zone"}


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


def limits(obj: SyncObject) -> Iterator[Condition]:
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


def lookup_join(task: Task, number: int, sent: Part | None = None) -> Part:
    """Have what the object's lookup of that number finds at hand for rules, under the lookup's name; of no others than
    these records, where it is few that were `sent`."""
    lookup = task.object.lookups[number]
    theirs = list(lookup.on)
    condition = sql.SQL("and ({})").format(expression(lookup.where)) if lookup.where else sql.SQL("")
    if sent is not None:
        condition += sql.SQL(" and ({}) in (select {} from {} as sent)").format(
            columns("row", theirs), columns("sent", lookup.on.values()), sent
        )
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
