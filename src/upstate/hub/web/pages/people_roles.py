"""Roles: bundles of rights, tool by tool as R, W, A and D; seen by whoever sees people, changed by the state."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from upstate.errors import ConfigError
from upstate.hub.granting import remove_role, set_role
from upstate.hub.models import Role
from upstate.hub.rights import RIGHTS, TOOLS, Right, letters
from upstate.hub.web.forms import Form
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request

_LETTERS = {"R": "read", "W": "write", "A": "add", "D": "delete"}


class RoleForm(Form):
    """A role's name and rights."""

    name = forms.CharField(max_length=100)
    rights = forms.MultipleChoiceField(
        choices=[(name, name) for name in RIGHTS], error_messages={"required": "Mark at least one right."}
    )

    def clean_name(self) -> str:
        """The name, its spaces drawn together."""
        name = " ".join(self.cleaned_data["name"].split())
        if not name:
            raise ValidationError("A role needs a name.")
        return name

    def tools(self) -> list[tuple[str, bool, list[tuple[Right, str, bool]]]]:
        """A tool's title, whether it is the state's only, and its rights: each with its letter's word, and marked."""
        marked = set(self["rights"].value() or ())
        return [
            (tool.title, tool.for_state, [(each, _LETTERS[each.letter], each.name in marked) for each in tool.rights])
            for tool in TOOLS
        ]


@require_GET
@needs("people.view", where="anywhere")
def roles(request: Request) -> HttpResponse:
    """Every role with its bundle of letters a tool."""
    rows = [
        (role, [(tool.title, letters(tool, role.rights)) for tool in TOOLS])
        for role in Role.objects.annotate(people=Count("grants__person", distinct=True)).order_by("name")
    ]
    context = {"rows": rows, "tools": TOOLS, "letters": [(tool, _rights(tool.rights)) for tool in TOOLS]}
    return render(request, "hub/roles.html", context)


def _again(request: Request, number: int | None = None) -> HttpResponse:
    return _page(request, None if number is None else _found(number), RoleForm(request.POST))


@require_http_methods(["GET", "POST"])
@needs("people.change", where="state", again=_again)
def role_add(request: Request) -> HttpResponse:
    """Make a role."""
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
@needs("people.change", where="state", again=_again)
def role(request: Request, number: int) -> HttpResponse:
    """Change a role: whoever has it has its rights from then on."""
    return _edit(request, _found(number))


@require_POST
@needs("people.change", where="state")
def role_remove(request: Request, number: int) -> HttpResponse:
    """Remove a role that nobody has."""
    found = _found(number)
    try:
        remove_role(request.user, found)
    except ConfigError as error:
        messages.error(request, error.message)
        return redirect("role", number=number)
    messages.success(request, f"The role “{found.name}” is removed.")
    return redirect("roles")


def _edit(request: Request, found: Role | None) -> HttpResponse:
    if request.method == "GET":
        initial: dict[str, Any] = {} if found is None else {"name": found.name, "rights": found.rights}
        return _page(request, found, RoleForm(initial=initial))
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            kept = set_role(request.user, found, form.cleaned_data["name"], form.cleaned_data["rights"])
        except ConfigError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"The role “{kept.name}” is saved. It holds from now on.")
            return redirect("roles")
    return _page(request, found, form, status=400)


def _page(request: Request, found: Role | None, form: RoleForm, status: int = 200) -> HttpResponse:
    has_it = 0 if found is None else found.grants.values("person").distinct().count()
    return render(request, "hub/role.html", {"role": found, "people": has_it, "form": form}, status=status)


def _found(number: int) -> Role:
    found = Role.objects.filter(id=number).first()
    if found is None:
        raise Http404("There is no such role.")
    return found


def _rights(rights: tuple[Right, ...]) -> list[tuple[str, str]]:
    return [(each.letter, each.says) for each in rights]
