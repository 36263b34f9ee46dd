"""Synchronization Field Settings: every field of every object, whose it is, and whether the district can change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from upstate.catalog import Branch, Catalog, Column, SyncObject, tree
from upstate.catalog.owners import may_change
from upstate.errors import ConfigError
from upstate.hub.field_owners import SetOwner, change_owner, set_owners
from upstate.hub.in_force import catalog_in_force
from upstate.hub.rights import may
from upstate.hub.web.forms import Form
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request
from upstate.loading.wording import room_of


class Filter(Form):
    """What of the fields is shown."""

    text = forms.CharField(label="Object or field", required=False, max_length=100)
    area = forms.ChoiceField(label="Area", required=False)
    owner = forms.ChoiceField(
        label="Owner", required=False, choices=(("", "All"), ("district", "District"), ("state", "State"))
    )

    def offer(self, areas: Iterable[str]) -> None:
        """Say which areas there are."""
        cast(forms.ChoiceField, self.fields["area"]).choices = [("", "All"), *((name, name) for name in areas)]


@dataclass(frozen=True, slots=True)
class Field:
    """A field as the page shows it. `fixed`: it tells records apart, so its owner cannot be changed."""

    name: str
    takes: str
    required: bool
    sensitive: bool
    points_at: str
    owner: str
    fixed: bool
    changed: SetOwner | None

    @property
    def locked(self) -> bool:
        """Whether what a district enters into it is not taken any more once the state holds the record."""
        return self.fixed or self.owner == "state"

    @property
    def other_owner(self) -> str:
        """Whose it would be after a change."""
        return "district" if self.owner == "state" else "state"


@dataclass(frozen=True, slots=True)
class Listed:
    """An object with those of its fields that fit the filter."""

    object: SyncObject
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the tree of objects, named by the object that heads it."""

    name: str
    objects: tuple[Listed, ...]


@require_GET
@needs("fields.view", where="anywhere")
def fields(request: Request) -> HttpResponse:
    """The fields that fit the filter, by area and object."""
    changed = set_owners()
    catalog = catalog_in_force()
    areas = areas_of(catalog)
    form = Filter(request.GET)
    form.offer(name for name, _ in areas)
    shown: tuple[Area, ...] = ()
    if form.is_valid():
        wanted = form.cleaned_data
        shown = tuple(_listed(catalog, areas, changed, wanted["text"], wanted["area"], wanted["owner"]))
    count = sum(len(each.fields) for part in shown for each in part.objects)
    may_change_owner = may(request.user, "fields.change", None)
    return render(
        request,
        "hub/fields.html",
        {"areas": shown, "form": form, "count": count, "may_change_owner": may_change_owner},
    )


@require_POST
@needs("fields.change", where="state")
def fields_change(request: Request) -> HttpResponse:
    """Give a field another owner; it holds from the next run on."""
    name, column, owner = (request.POST.get(each, "") for each in ("object", "column", "owner"))
    catalog = catalog_in_force()
    try:
        changed = change_owner(request.user, catalog, name, column, owner)
    except ConfigError as error:
        messages.error(request, error.message)
        return redirect("fields")
    if changed:
        messages.success(request, f"From the next run on, {name}.{column} belongs to the {owner}.")
    else:
        messages.info(request, f"{name}.{column} belongs to the {owner} already.")
    kept = request.POST.get("query", "")
    return redirect(f"{reverse('fields')}{f'?{kept}' if kept else ''}#{name}")


def areas_of(catalog: Catalog) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The objects by area: an object that heads others, with those right below it that head none."""
    areas: dict[str, list[str]] = {}

    def walk(branches: tuple[Branch, ...], under: str | None) -> None:
        for branch in branches:
            head = branch.object if branch.children or under is None else under
            areas.setdefault(head, []).append(branch.object)
            walk(branch.children, branch.object)

    walk(tree(catalog), None)
    return tuple((head, tuple(objects)) for head, objects in areas.items())


def _listed(
    catalog: Catalog,
    areas: tuple[tuple[str, tuple[str, ...]], ...],
    changed: tuple[SetOwner, ...],
    text: str,
    area: str,
    owner: str,
) -> Iterator[Area]:
    by_field = {(each.object, each.column): each for each in changed}
    wanted = text.strip().casefold().replace(" ", "_")
    for head, names in areas:
        if area and head != area:
            continue
        objects = []
        for name in names:
            obj = catalog[name]
            whole = wanted.replace("_", "") in name.casefold()
            found = tuple(
                _field(obj, column, by_field.get((name, column.name)))
                for column in obj.columns
                if (whole or wanted in column.name.casefold()) and owner in ("", column.owner)
            )
            if found:
                objects.append(Listed(obj, found))
        if objects:
            yield Area(head, tuple(objects))


def _field(obj: SyncObject, column: Column, changed: SetOwner | None) -> Field:
    return Field(
        name=column.name,
        takes=_takes(column),
        required=column.required,
        sensitive=column.sensitive,
        points_at=", ".join(r.to for r in obj.references if column.name in r.columns),
        owner=column.owner,
        fixed=not may_change(obj, column),
        changed=changed,
    )


_TAKES: Final[Mapping[str, str]] = {
    "integer": "a whole number",
    "bigint": "a whole number",
    "boolean": "yes or no",
    "uuid": "a GUID",
    "timestamp": "a date with a time",
    "timestamptz": "a date with a time and its zone",
    "time": "a time of day",
    "bytes": "binary data",
    "json": "a JSON value",
}


def _takes(column: Column) -> str:
    """What a field takes, in a few words."""
    if column.codes is not None:
        return f"one of {len(column.codes)} codes" if len(column.codes) > 4 else f"one of {', '.join(column.codes)}"
    return _TAKES.get(column.type) or room_of(column)
