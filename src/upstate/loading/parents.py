"""What a reference says of its record: the parent is missing, did not land, or is kept out. Composes, runs nothing."""

from __future__ import annotations

from psycopg import sql

from upstate.catalog import Reference, SyncObject
from upstate.loading.condition import Condition
from upstate.loading.keys import found_keys
from upstate.loading.statements import Part, column, equal, key_text, literal, state_table, statement
from upstate.loading.task import Candidates, Task


def rejected_table(obj: SyncObject, parent: str) -> sql.Identifier:
    """Where the open rejections of one of the object's parents are, while its records are judged."""
    return sql.Identifier("pg_temp", rejected_name(obj, parent))


def rejected_name(obj: SyncObject, parent: str) -> str:
    """What that table is called."""
    parents = list(dict.fromkeys(reference.to for reference in obj.references))
    return f"rejected {parents.index(parent)}"


def rejected_alias(reference: Reference) -> str:
    """Under which name the parent's rejection is at hand once it is joined."""
    return f"{reference.name} rejected"


def parent_join(task: Task, reference: Reference) -> Part:
    """Have the parent's row at the state at hand, under the reference's name."""
    parent = task.catalog[reference.to]
    return statement(
        "join_parent",
        parent=state_table(parent),
        alias=sql.Identifier(reference.name),
        on=equal(reference.name, "record", dict(zip(parent.key, reference.columns, strict=True))),
    )


def parent_by_key(task: Task, reference: Reference) -> Part:
    """Have no more than the key of a parent at hand that is known to be there: the record itself names it."""
    keys = zip(task.catalog[reference.to].key, reference.columns, strict=True)
    named = (
        sql.SQL("case when {} then {} end as {}").format(complete(reference), column("record", c), sql.Identifier(key))
        for key, c in keys
    )
    return statement("name_parent", key=sql.SQL(", ").join(named), alias=sql.Identifier(reference.name))


def self_joins(candidates: Candidates, reference: Reference) -> list[Part]:
    """The same for a parent in the object itself: among the candidates, and at the state where they wait elsewhere."""
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


def missing_parent(reference: Reference, test: Part, rejected: Part | None) -> Condition:
    """The parent does not exist, where the test says so and no rejection of its own explains it."""
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


def from_rejected(task: Task, reference: Reference, suspect: Part) -> tuple[list[Condition], Part]:
    """What a parent's open rejection means to its children, and the join of the suspects with it."""
    parent = task.catalog[reference.to]
    alias = rejected_alias(reference)
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


def astray(reference: Reference, *parents: Part) -> Part:
    """Whether a record points at a parent that is in none of these places."""
    nowhere = (sql.SQL("{} is null").format(parent) for parent in parents)
    return sql.SQL(" and ").join([complete(reference), *nowhere])


def astray_from_all(candidates: Candidates, reference: Reference, refused: int) -> Part:
    """A parent in the same object may stand anywhere among the candidates; one at the state only counts as well.

    One that was not sent may have been rejected before: of a selective order alone, whose own object is rejected too.
    """
    obj = candidates.task.object
    places = [reference.name] if candidates.in_place else [reference.name, _held_alias(reference)]
    absent = astray(reference, *(column(alias, obj.key[0]) for alias in places))
    if refused:
        # A parent that was refused by itself exists all the same: its children are blocked, not astray.
        absent = sql.SQL("{} and not exists (select from refusal where refusal.key = {})").format(
            absent, key_text("record", reference.columns)
        )
    return absent


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


def complete(reference: Reference) -> Part:
    """A reference with an empty part points nowhere, as SQL's own foreign keys have it (MATCH SIMPLE)."""
    return sql.SQL(" and ").join(sql.SQL("{} is not null").format(column("record", c)) for c in reference.columns)
