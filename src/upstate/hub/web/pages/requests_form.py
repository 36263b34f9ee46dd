"""The form with which the state asks districts for data: whom, what, why, until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from upstate.catalog import Catalog, Graph
from upstate.hub.models import District
from upstate.hub.requests import Wanted
from upstate.hub.web.forms import Form

_GONE = "What was chosen is not on this page any more. Choose again."


class RequestForm(Form):
    """A request to districts. All of something is a mark of its own, so that what comes in later is part of it."""

    every_district = forms.BooleanField(required=False, label="All districts")
    districts = forms.MultipleChoiceField(required=False, error_messages={"invalid_choice": _GONE})
    every_object = forms.BooleanField(required=False, label="All objects: a full resync")
    objects = forms.MultipleChoiceField(required=False, error_messages={"invalid_choice": _GONE})
    check_dependencies = forms.BooleanField(
        required=False,
        label="Check dependencies",
        help_text="What the chosen objects need is sent with them.",
    )
    reason = forms.CharField(
        max_length=500,
        strip=True,
        help_text="The districts read it.",
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
        error_messages={"required": "Say why. The districts read it."},
    )
    due_on = forms.DateField(
        label="Due date",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Say until when.", "invalid": "Write a date, such as 2024-06-30."},
    )
    disclose = forms.BooleanField(
        required=False,
        label="Disclose the objects to the districts",
        help_text="Otherwise a district sees that you asked, why and until when, but not for which objects.",
    )
    token = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _GONE, "invalid": _GONE})

    def __init__(self, *args: Any, districts: Sequence[District], catalog: Catalog, **values: Any) -> None:
        super().__init__(*args, **values)
        self.known_districts = districts
        self.known_objects = Graph.of(catalog).order(catalog.objects)
        self.fields["districts"].choices = [(str(each.id), each.name) for each in districts]  # type: ignore[attr-defined]
        self.fields["objects"].choices = [(name, name) for name in self.known_objects]  # type: ignore[attr-defined]

    def clean_due_on(self) -> Any:
        """The due date; one that has passed, wherever the reader is, will not do."""
        due = self.cleaned_data["due_on"]
        if due < (datetime.now(UTC) - timedelta(days=1)).date():
            raise ValidationError("This date has passed. Choose today or a later one.")
        return due

    def clean(self) -> dict[str, Any]:
        """Whether anything is chosen at all."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if "districts" in said and not (said["districts"] or said["every_district"]):
            self.add_error("districts", "Choose at least one district.")
        if "objects" in said and not (said["objects"] or said["every_object"]):
            self.add_error("objects", "Choose at least one object.")
        return said

    def wanted(self) -> Wanted:
        """What the state asks for, once the form is valid."""
        said = self.cleaned_data
        every = [each.id for each in self.known_districts]
        return Wanted(
            districts=tuple(every if said["every_district"] else map(int, said["districts"])),
            objects=None if said["every_object"] else tuple(said["objects"]),
            reason=said["reason"],
            due_on=said["due_on"],
            check_dependencies=said["check_dependencies"],
            disclose=said["disclose"],
        )

    @property
    def used_token(self) -> UUID:
        """The form's own mark."""
        token: UUID = self.cleaned_data["token"]
        return token

    def district_choices(self) -> Iterable[tuple[str, str, bool]]:
        """Each district as value, name and whether it is marked."""
        return self._choices("districts", ((str(each.id), each.name) for each in self.known_districts))

    def object_choices(self) -> Iterable[tuple[str, str, bool]]:
        """Each object as value, name and whether it is marked."""
        return self._choices("objects", ((name, name) for name in self.known_objects))

    def _choices(self, field: str, values: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str, bool]]:
        marked = set(self[field].value() or ())
        return [(value, name, value in marked) for value, name in values]
