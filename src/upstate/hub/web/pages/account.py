"""Signing in and out, and setting a new password through a mail."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth import login, logout, password_validation, update_session_auth_hash
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.template.loader import render_to_string
from django.utils.encoding import force_bytes
from django.utils.http import url_has_allowed_host_and_scheme, urlsafe_base64_decode, urlsafe_base64_encode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from upstate.hub.auditing import audit
from upstate.hub.models import Person
from upstate.hub.throttling import forget_failures, may_try, note_failure
from upstate.hub.web.forms import Form
from upstate.hub.web.home import home_district
from upstate.hub.web.kept_form import FIELD, KeptForm
from upstate.hub.web.signing_in import address_of, attempt, throttled

_BACKEND = "upstate.hub.web.signing_in.Passwords"
_WRONG = "E-mail and password do not belong together. Check both, or ask for a new password."
_WAIT = "Too many attempts failed. Wait a quarter of an hour, or ask for a new password."


class SignIn(Form):
    """E-mail and password."""

    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label="Password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class Forgotten(Form):
    """Whose password is forgotten."""

    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"}))


class NewPassword(Form):
    """A new password, typed once: it can be shown, and typed again at the next sign-in."""

    password = forms.CharField(
        label="New password",
        strip=False,
        help_text="At least 12 characters, and not one that is easily guessed. A few words do well.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: object, person: Person, **values: object) -> None:
        super().__init__(*args, **values)
        self._person = person

    def clean_password(self) -> str:
        """The password, once the rules for passwords have nothing against it."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self._person)
        return password


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; whoever is signed in goes on to where they wanted, or to the form that was kept for them."""
    target = _wanted(request)
    kept = KeptForm.read(request.POST.get(FIELD, ""))
    if isinstance(request.user, Person):
        return redirect(target) if kept is None else show_kept(request, kept, target)
    form = SignIn(request.POST or None)
    status = 200
    if form.is_valid():
        email, password = form.cleaned_data["email"], form.cleaned_data["password"]
        if throttled(request, email):
            form.add_error(None, _WAIT)
            status = 429
        elif (person := attempt(request, email, password)) is None:
            form.add_error(None, _WRONG)
        else:
            login(request, person, backend=_BACKEND)
            audit(person, "signed in", home_district(person))
            return redirect(target) if kept is None else show_kept(request, kept, target)
    target = request.POST.get("next") or request.GET.get("next", "")
    return render(request, "hub/sign_in.html", {"form": form, "next": target, "kept": kept}, status=status)


def ask_who(request: HttpRequest, kept: KeptForm, target: str) -> HttpResponse:
    """The sign-in page in answer to a form that someone sent who is signed out; it keeps the form."""
    context = {"form": SignIn(), "next": target, "kept": kept}
    return render(request, "hub/sign_in.html", context, status=401)


def show_kept(request: HttpRequest, kept: KeptForm, target: str) -> HttpResponse:
    """A form that was kept, on its way back to its own page; or to `target`, for who wants to leave it."""
    return render(request, "hub/kept.html", {"kept": kept, "next": target})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if isinstance(request.user, Person):
        audit(request.user, "signed out", home_district(request.user))
    logout(request)
    messages.success(request, "You are signed out.")
    return redirect("sign_in")


@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Send a mail with a link to set a new password; the answer is the same whether or not there is such a person."""
    form = Forgotten(request.POST or None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        if not may_try(f"mail:{email}", address_of(request)):
            form.add_error(None, _WAIT)
            return render(request, "hub/password_forgotten.html", {"form": form}, status=429)
        note_failure(f"mail:{email}", address_of(request))  # mails are counted as attempts are
        person = Person.objects.filter(email__iexact=email, is_active=True).first()
        if person is not None:
            _send_link(request, person)
        return render(request, "hub/password_sent.html", {"email": email})
    return render(request, "hub/password_forgotten.html", {"form": form})


@never_cache
@require_http_methods(["GET", "POST"])
def set_password(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Set a new password with the link of the mail, which works once and for an hour."""
    person = _person_of(uid)
    if person is None or not default_token_generator.check_token(person, token):
        return render(request, "hub/password_link_old.html", status=404)
    form = NewPassword(request.POST or None, person=person)
    if form.is_valid():
        person.set_password(form.cleaned_data["password"])
        person.save(update_fields=["password"])
        forget_failures(person.email)
        audit(person, "set a new password", home_district(person))
        if request.user == person:
            update_session_auth_hash(request, person)
        messages.success(request, "Your new password is set. Sign in with it.")
        return redirect("sign_in")
    return render(request, "hub/password_set.html", {"form": form, "email": person.email})


def _wanted(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else resolve_url("home")


def _person_of(uid: str) -> Person | None:
    try:
        return Person.objects.filter(pk=int(urlsafe_base64_decode(uid)), is_active=True).first()
    except (ValueError, OverflowError):
        return None


def _send_link(request: HttpRequest, person: Person) -> None:
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    token = default_token_generator.make_token(person)
    link = request.build_absolute_uri(resolve_url("password_set", uid=uid, token=token))
    text = render_to_string("hub/mail/password.txt", {"person": person, "link": link})
    send_mail("Set a new password for Upstate", text, None, [person.email])
