"""One record of the Error Log: why it did not land, its root, what hangs on it, and what the state holds of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from psycopg import sql

from upstate.catalog import Catalog, Column, SyncObject
from upstate.hub.auditing import audit
from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District
from upstate.hub.postgres import Connection
from upstate.hub.rights import may
from upstate.hub.templatetags.wording import key_text
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.errors_key import Key, key_of
from upstate.hub.web.pages.errors_listing import rejections_listed
from upstate.hub.web.pages.errors_roots import Held, held_by
from upstate.hub.web.pages.errors_wanted import Wanted
from upstate.hub.web.request import Request
from upstate.hub.web.state import state_connection
from upstate.loading.statements import column, key_type, state_table

_MOST = 200
_SHOWN = 500  # characters of a value


@dataclass(frozen=True, slots=True)
class Value:
    """A column of a row at the state, with its value as the database writes it; None: it is empty."""

    column: Column
    text: str | None
    is_cut: bool


@require_GET
@needs("errors.view")
def errors_record(request: Request, district: District) -> HttpResponse:
    """A record by its key; with `values=1`, for those with that right, the row the state holds of it."""
    catalog = catalog_in_force()
    key, name = key_of(request.GET.get("key", "")), request.GET.get("object", "")
    if key is None or name not in catalog:
        raise Http404("Which record?")
    shown = request.GET.get("values") == "1"
    if shown and not may(request.user, "errors.values", district.id):
        raise PermissionDenied("errors.values")
    with state_connection() as connection:
        open_ = _rejections(connection, catalog, district, Wanted("open", object=name, record=key))
        cleared = _rejections(connection, catalog, district, Wanted("cleared", object=name, record=key))
        resolved = _rejections(connection, catalog, district, Wanted("resolved", object=name, record=key))
        values = row_at_the_state(connection, catalog[name], district, key) if shown else None
    held = held_by(catalog, district, name, key)
    if shown:
        audit(request.user, "looked at a record's values", district, f"{name} {key_text(key)}")
    return render(
        request,
        "hub/errors_record.html",
        {
            "object": name,
            "key": key,
            "now": open_,
            "is_root": _is_root(name, key, open_, held),
            "cleared": cleared,
            "resolved": resolved,
            "held": held,
            "shown": shown,
            "values": values,
        },
    )


def _is_root(name: str, key: Key, open_: list[dict[str, Any]], held: tuple[Held, ...]) -> bool:
    """Whether the record can be healed: something is wrong with itself, or hangs on it still."""
    itself = any((row["root_object"], tuple(row["root_key"])) == (name, key) for row in open_)
    return itself or bool(held)


def row_at_the_state(connection: Connection, obj: SyncObject, district: District, key: Key) -> tuple[Value, ...] | None:
    """What the state holds of a record now, column by column; None where it holds no such row."""
    parts = tuple(zip(obj.key_columns, key, strict=False))
    if len(key) != len(obj.key) or not all(_readable(connection, known, part) for known, part in parts):
        return None
    same = sql.SQL(" AND ").join(
        sql.SQL("{} = {}::{}").format(column("held", known.name), sql.Literal(part), key_type(known))
        for known, part in parts
    )
    texts = sql.SQL(", ").join(
        sql.SQL("left({}::text, {})").format(column("held", known.name), sql.Literal(_SHOWN + 1))
        for known in obj.columns
    )
    query = sql.SQL("SELECT {} FROM {} AS held WHERE held.district_id = {} AND {}").format(
        texts, state_table(obj), sql.Literal(district.id), same
    )
    row = connection.execute(query).fetchone()
    if row is None:
        return None
    return tuple(
        Value(known, text if text is None else text[:_SHOWN], text is not None and len(text) > _SHOWN)
        for known, text in zip(obj.columns, row, strict=True)
    )


def _readable(connection: Connection, known: Column, part: str | None) -> bool:
    """Whether a part of a key can be a value of its column: one that never fitted cannot be at the state."""
    if part is None:
        return False
    kind = key_type(known).as_string(None)
    row = connection.execute("SELECT pg_input_is_valid(%s, %s)", (part, kind)).fetchone()
    return row is not None and bool(row[0])


def _rejections(connection: Connection, catalog: Catalog, district: District, wanted: Wanted) -> list[dict[str, Any]]:
    return rejections_listed(connection, catalog, district, wanted, None, _MOST)
