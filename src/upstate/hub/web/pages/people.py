"""People: who may do what, in which district or for the state; giving and taking roles, closing accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from upstate.errors import ConfigError
from upstate.hub.granting import give_role, may_close, may_give, set_open, take_role
from upstate.hub.models import District, Grant, Person, Role
from upstate.hub.rights import districts_where, may
from upstate.hub.web.forms import Form
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request

_STATE = "state"


class Filter(Form):
    """Which people are shown."""

    text = forms.CharField(label="Name or e-mail", required=False)
    district = forms.ModelChoiceField(District.objects.none(), required=False, empty_label="All")
    role = forms.ModelChoiceField(Role.objects.none(), required=False, empty_label="All")


class GiveForm(Form):
    """Who is to have which role, and where."""

    email = forms.EmailField(label="E-mail", help_text="Whoever has it already gets the role; else they are added.")
    name = forms.CharField(max_length=200, required=False, help_text="For someone new.")
    role = forms.ModelChoiceField(Role.objects.order_by("name"), empty_label="Choose a role")
    where = forms.ChoiceField(help_text="A role for the state holds in every district.")

    def __init__(self, *args: Any, person: Person, **values: Any) -> None:
        super().__init__(*args, **values)
        mine = districts_where(person, "people.change")
        districts = District.objects.order_by("name")
        if mine is not None:
            districts = districts.filter(id__in=mine)
        places = [(str(each.id), each.name) for each in districts]
        first = [("", "Choose where"), (_STATE, "The state")] if mine is None else []
        self.fields["where"].choices = first + places  # type: ignore[attr-defined]
        allowed = [r.id for r in Role.objects.all() if mine is None or any(may_give(person, r, d) for d in mine)]
        self.fields["role"].queryset = Role.objects.filter(id__in=allowed).order_by("name")  # type: ignore[attr-defined]

    def district(self) -> District | None:
        """The district, or None for the state."""
        where: str = self.cleaned_data["where"]
        return None if where == _STATE else District.objects.get(id=where)


@dataclass(frozen=True, slots=True)
class Held:
    """A role someone has, and whether the reader may take it."""

    grant: Grant
    may_take: bool


@require_GET
@needs("people.view", where="anywhere")
def people(request: Request) -> HttpResponse:
    """The people with a role where one may see people; for the state, all of them."""
    mine = districts_where(request.user, "people.view")
    form = Filter(request.GET)
    known = District.objects.order_by("name")
    form.fields["district"].queryset = known if mine is None else known.filter(id__in=mine)  # type: ignore[attr-defined]
    form.fields["role"].queryset = Role.objects.order_by("name")  # type: ignore[attr-defined]
    rows = _seen_by(request.user)
    if form.is_valid():
        rows = _narrowed(rows, form.cleaned_data)
    context = {"people": rows.order_by("name", "id"), "form": form, "may_add": _may_add(request.user)}
    return render(request, "hub/people.html", context)


@require_GET
@needs("people.view", where="anywhere")
def person(request: Request, number: int) -> HttpResponse:
    """One person: their roles, as far as one may see them, and the account."""
    other = _found(request, number)
    held = [
        Held(each, may_give(request.user, each.role, each.district_id))
        for each in other.grants.all()  # those that may be seen, see _seen_by
    ]
    context = {
        "other": other,
        "held": held,
        "may_close": may_close(request.user, other),
        "may_add": other.is_active and _may_add(request.user),
    }
    return render(request, "hub/person.html", context)


def _again(request: Request) -> HttpResponse:
    return render(request, "hub/person_add.html", {"form": GiveForm(request.POST, person=request.user)})


@require_http_methods(["GET", "POST"])
@needs("people.change", where="anywhere", again=_again)
def person_add(request: Request) -> HttpResponse:
    """Give a role to someone, who is added where nobody has the e-mail."""
    if request.method == "GET":
        initial = {"email": request.GET.get("email", "")}
        return render(request, "hub/person_add.html", {"form": GiveForm(person=request.user, initial=initial)})
    form = GiveForm(request.POST, person=request.user)
    if form.is_valid():
        said = form.cleaned_data
        try:
            given = give_role(request.user, said["email"], said["name"], said["role"], form.district())
        except ConfigError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"{given.name} has the role “{said['role'].name}” now, and is told by mail.")
            return redirect("person", number=given.id)
    return render(request, "hub/person_add.html", {"form": form}, status=400)


@require_POST
@needs("people.change", where="anywhere")
def grant_take(request: Request, number: int) -> HttpResponse:
    """Take back one role of a person whom one may see."""
    other = _found(request, number)
    chosen = request.POST.get("grant", "")
    if chosen not in {str(each.id) for each in other.grants.all()}:
        raise Http404("There is no such role of this person.")
    try:
        taken = take_role(request.user, int(chosen))
    except ConfigError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{other.name} no longer has the role “{taken.role.name}”.")
    return _back(request, number)


@require_POST
@needs("people.change", where="anywhere")
def person_open(request: Request, number: int) -> HttpResponse:
    """Open or close an account."""
    other = _found(request, number)
    is_open = request.POST.get("open") == "1"
    try:
        set_open(request.user, other, is_open)
    except ConfigError as error:
        messages.error(request, error.message)
    else:
        says = "is open: they may sign in." if is_open else "is closed: they cannot sign in, and are signed out."
        messages.success(request, f"The account of {other.name} {says}")
    return redirect("person", number=number)


def _seen_by(reader: Person) -> QuerySet[Person]:
    """The people one may see, each with the grants one may see: those of one's districts; for the state, all."""
    mine = districts_where(reader, "people.view")
    grants = Grant.objects.select_related("role", "district").order_by("district__name", "role__name")
    if mine is None:
        return Person.objects.prefetch_related(Prefetch("grants", grants))
    seen = Grant.objects.filter(district__in=mine)
    return Person.objects.filter(id__in=seen.values("person")).prefetch_related(
        Prefetch("grants", grants.filter(district__in=mine))
    )


def _found(request: Request, number: int) -> Person:
    other = _seen_by(request.user).filter(id=number).first()
    if other is None:
        raise Http404("There is no such person.")
    return other


def _back(request: Request, number: int) -> HttpResponse:
    """To the person, while one may still see them."""
    still = _seen_by(Person.objects.get(id=request.user.id)).filter(id=number).exists()
    return redirect("person", number=number) if still else redirect("people" if _may_see(request) else "home")


def _may_add(reader: Person) -> bool:
    return districts_where(reader, "people.change") != frozenset()


def _may_see(request: Request) -> bool:
    fresh = Person.objects.get(id=request.user.id)
    return may(fresh, "people.view", None) or districts_where(fresh, "people.view") != frozenset()


def _narrowed(rows: QuerySet[Person], wanted: dict[str, Any]) -> QuerySet[Person]:
    if text := wanted["text"]:
        rows = rows.filter(Q(name__icontains=text) | Q(email__icontains=text))
    if wanted["district"]:
        rows = rows.filter(grants__district=wanted["district"])
    if wanted["role"]:
        rows = rows.filter(grants__role=wanted["role"])
    return rows.distinct()
