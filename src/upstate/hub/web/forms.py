"""Forms in the look of the pages: each field with its label, its hint and what is wrong with it, as USWDS has them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.forms.utils import ErrorList
from django.template import loader

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "usa-checkbox__input"),
    (forms.CheckboxSelectMultiple, "usa-checkbox__input"),
    (forms.RadioSelect, "usa-radio__input"),
    (forms.Textarea, "usa-textarea"),
    (forms.Select, "usa-select"),
    (forms.FileInput, "usa-file-input"),
    (forms.widgets.Input, "usa-input"),
)


class Renderer(DjangoTemplates):
    """Draws forms and fields with our own templates."""

    form_template_name = "hub/parts/form.html"
    field_template_name = "hub/parts/field.html"

    def get_template(self, template_name: str) -> Any:
        """A template of ours, or of Django's own widgets."""
        if template_name.startswith("hub/"):
            return loader.get_template(template_name, using="django")
        return super().get_template(template_name)


class Errors(ErrorList):
    """What is wrong with a field, as USWDS has it; widgets point at it by its id."""

    template_name = "hub/parts/field_errors.html"


class Form(forms.Form):
    """The base of every form: its widgets carry the classes of USWDS, and a wrong one says so to screen readers."""

    def __init__(self, *args: Any, **values: Any) -> None:
        values.setdefault("label_suffix", "")
        values.setdefault("error_class", Errors)
        super().__init__(*args, **values)
        for field in self.fields.values():
            name = next((known for kind, known in _CLASSES if isinstance(field.widget, kind)), "")
            if name:
                field.widget.attrs["class"] = f"{field.widget.attrs.get('class', '')} {name}".strip()
