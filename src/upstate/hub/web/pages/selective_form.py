"""The form of a Selective Sync: which object, which of its records, and what goes with them."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from upstate.catalog import Catalog
from upstate.errors import PlanError
from upstate.hub.districts import KnownDistrict
from upstate.hub.own_ids import own_ids, without_own_id
from upstate.hub.web.forms import Form
from upstate.planning import Asked, ask, offered, rows_of_csv, rows_of_text

_MOST_BYTES: Final = 5_000_000
_BY: Final = (("key", "Keys"), ("id", "The district's own ids"))


class Choosing(Form):
    """What someone wants sent; `asked` is what a form that holds asks for."""

    object = forms.ChoiceField(
        label="DIS object",
        error_messages={"invalid_choice": "There is no object “%(value)s” to be sent here in this year."},
    )
    by = forms.ChoiceField(label="What you give", choices=_BY, initial="key")
    records = forms.CharField(
        label="Records",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text="One a line, or with commas between. The parts of a key are joined by |.",
    )
    file = forms.FileField(
        label="Or a CSV file",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text="A record a line, a column for each part of its key.",
    )
    parents = forms.BooleanField(label="With the parents they need", required=False, initial=True)
    dependents = forms.BooleanField(
        label="With what hangs on them",
        required=False,
        help_text="Of a person: enrollments, scores and all else that is the person's.",
    )

    def __init__(self, *args: Any, catalog: Catalog, known: KnownDistrict, year: int, **values: Any) -> None:
        super().__init__(*args, **values)
        self.asked: Asked | None = None
        self._catalog, self._known = catalog, known
        names = sorted(offered(catalog, known.zone, year))
        choices = [(name, f"{name} – {'|'.join(catalog[name].key)}") for name in names]
        self.fields["object"].choices = [("", "Choose an object – and its key"), *choices]  # type: ignore[attr-defined]
        self.fields["by"].help_text = _said(known)

    def clean(self) -> dict[str, Any]:
        """Read the records from where they were given."""
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), cleaned.get("records") or ""
        if "object" not in cleaned or "by" not in cleaned:
            return cleaned
        place = "file" if file is not None else "records"
        if file is not None and text.strip():
            self.add_error("file", "Give the records in one way: in the box, or as a file.")
            return cleaned
        if file is not None and file.size > _MOST_BYTES:
            self.add_error("file", "This file is larger than 5 MB. Send whole objects instead.")
            return cleaned
        by_id = cleaned["by"] == "id"
        if by_id and (why := without_own_id(self._known, cleaned["object"])):
            self.add_error("by", why)
            return cleaned
        try:
            rows = rows_of_text(text) if file is None else rows_of_csv(file.read())
            how = {"by_id": by_id, "parents": cleaned["parents"], "dependents": cleaned["dependents"]}
            self.asked = ask(self._catalog[cleaned["object"]], rows, **how)
        except PlanError as error:
            self.add_error(place, error.message)
        return cleaned


def _said(known: KnownDistrict) -> str:
    """Which objects can be found by the district's own id."""
    mapped = own_ids(known)
    if mapped is None:
        return f"Which objects have an own id stands in the mapping file beside the agent of {known.name}."
    if not mapped:
        return f"The mapping of {known.name} names no own id for any object."
    return f"The mapping of {known.name} names an own id for {', '.join(sorted(mapped))}; for others give keys."
