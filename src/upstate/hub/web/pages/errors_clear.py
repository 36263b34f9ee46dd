"""Clearing: rejections that nobody will mend are taken off the lists by hand, with a reason, and can be put back."""

from __future__ import annotations

from typing import Any

import psycopg
from django import forms
from django.contrib import messages
from django.db import connection as control
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from upstate.errors import ConfigError
from upstate.hub.auditing import audit
from upstate.hub.models import District, Hold, Person
from upstate.hub.postgres import database_errors, statement
from upstate.hub.templatetags.wording import key_text
from upstate.hub.web.forms import Form
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.errors_key import Key, key_of
from upstate.hub.web.request import Request
from upstate.loading.settling import sum_up

Record = tuple[str, Key]
_MOST = 200


class Clearing(Form):
    """Why these are cleared: whoever finds them missing later wants to know."""

    why = forms.CharField(
        label="Why?",
        max_length=500,
        help_text="It goes to the audit list.",
        error_messages={"required": "Say why: whoever finds them missing later wants to know."},
    )


def _again(request: Request, district: District) -> HttpResponse:
    records, why = _records(request), request.POST.get("why", "")
    if not records:
        return redirect("errors_all", district=district.id)
    return _page(request, district, records, Clearing(initial={"why": why}))


@require_http_methods(["GET", "POST"])
@needs("errors.clear", again=_again)
def errors_clear(request: Request, district: District) -> HttpResponse:
    """Say what clearing these records comes to, and, once a reason is given, clear them.

    Without a form, as for who signs in again in the middle of it, back to the list.
    """
    records = _records(request)
    back = reverse("errors_all", kwargs={"district": district.id})
    if request.method == "GET":
        return redirect(back)
    if not records:
        messages.warning(request, "Nothing was marked, so nothing was cleared.")
        return redirect(back)
    form = Clearing(request.POST) if "why" in request.POST else Clearing()
    if form.is_bound and form.is_valid():
        count = clear(request.user, district, records, form.cleaned_data["why"])
        messages.success(
            request,
            f"Cleared {count:,} rejection{'' if count == 1 else 's'}."
            if count
            else "None of these is open any more, so nothing was cleared.",
        )
        return redirect(back)
    return _page(request, district, records, form)


@require_POST
@needs("errors.clear")
def errors_put_back(request: Request, district: District) -> HttpResponse:
    """Put what was cleared by hand back on the lists."""
    records = _records(request)
    count = put_back(request.user, district, records)
    messages.success(request, f"Put {count:,} rejection{'' if count == 1 else 's'} back on the lists.")
    return redirect("errors_all", district=district.id)


@database_errors()
def clear(person: Person, district: District, records: list[Record], why: str) -> int:
    """Clear the open rejections of these records and of all they hold back; returns how many.

    ConfigError where a landing of this district is at work just now.
    """
    return _change(person, district, records, "errors_clear", "cleared rejections", f": {why}")


@database_errors()
def put_back(person: Person, district: District, records: list[Record]) -> int:
    """Open again what was cleared of these records and of what hangs on them; returns how many rejections."""
    return _change(person, district, records, "errors_put_back", "put rejections back", "")


def _change(person: Person, district: District, records: list[Record], name: str, action: str, said: str) -> int:
    year = district.zone.school_year
    total = 0
    objects: set[str] = set()
    with transaction.atomic():
        control.ensure_connection()
        with control.connection.cursor() as cursor:
            _lock(cursor, district)
            for record_object, key in records:
                values = {
                    "district": district.id,
                    "object": record_object,
                    "key": list(key),
                    "years": list(range(year - 10, year + 2)),
                    "person": person.id,
                }
                changed = dict(cursor.execute(statement(name), values).fetchall())
                if changed:
                    count = sum(changed.values())
                    total, objects = total + count, objects | changed.keys()
                    subject = f"{record_object} {key_text(key)}, {count:,} rejection{'' if count == 1 else 's'}"
                    audit(person, action, district, subject + said)
            for each in sorted(objects):
                sum_up(cursor, {"district": district.id, "object": each})
    return total


def _lock(cursor: psycopg.Cursor[Any], district: District) -> None:
    row = cursor.execute(statement("try_landing_lock"), {"district": district.id}).fetchone()
    if row is None or not row[0]:
        raise ConfigError(
            "A resync of this district is landing records just now, so nothing was changed. Try again in a moment."
        )


def _page(request: Request, district: District, records: list[Record], form: Clearing) -> HttpResponse:
    holds = [(name, key, _holds(district, name, key)) for name, key in records]
    held = sum(count for _, _, count in holds)
    return render(request, "hub/errors_clear.html", {"form": form, "holds": holds, "held": held})


def _records(request: Request) -> list[Record]:
    """The records that a form names, each as its object, a blank, and its key as a JSON list."""
    found: dict[Record, None] = {}
    for text in request.POST.getlist("record")[:_MOST]:
        name, _, rest = text.partition(" ")
        key = key_of(rest)
        if name and key is not None:
            found[name, key] = None
    return list(found)


def _holds(district: District, name: str, key: Key) -> int:
    rows = Hold.objects.filter(district=district, root_object=name, root_key=list(key))
    return sum(rows.values_list("records", flat=True))
