"""Heal: a root is sent again and, once it has landed, what it held back; said before it is done."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from upstate.catalog import Catalog
from upstate.errors import PlanError
from upstate.hub.auditing import audit
from upstate.hub.districts import KnownDistrict, find_district
from upstate.hub.in_force import catalog_in_force
from upstate.hub.mending import Follower, Mending, followers_of, healed_since, root_of_record
from upstate.hub.models import District, Zone
from upstate.hub.placing_resyncs import queue_resync
from upstate.hub.postgres import database_errors
from upstate.hub.rights import may
from upstate.hub.templatetags.records import key_json
from upstate.hub.templatetags.wording import count, key_text
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.batch_choice import ahead_of, newest_resync, number_in, whose_turn
from upstate.hub.web.pages.errors_key import Key, key_of
from upstate.hub.web.pages.errors_listing import rejections_listed
from upstate.hub.web.pages.errors_wanted import Wanted
from upstate.hub.web.request import Request
from upstate.hub.web.state import state_connection
from upstate.planning import year_name

_MOST_SAID = 20


@dataclass(frozen=True, slots=True)
class _Healing:
    """What healing a record comes to: the root, and what follows it."""

    district: KnownDistrict
    object: str
    key: Key
    root: Mending
    followers: tuple[Follower, ...]

    @property
    def called(self) -> str:
        """The record as people say it."""
        return f"{self.object} {key_text(self.key)}"

    @property
    def records(self) -> int:
        """How many records follow the root."""
        return sum(each.records for each in self.followers if each.offered)

    @property
    def token(self) -> str:
        """Tells this from any other, so that what is sent is what was shown."""
        said = [self.object, key_json(self.key), self.root.plan.school_year, *map(repr, self.followers)]
        return hashlib.blake2b(json.dumps(said).encode(), digest_size=12).hexdigest()


@require_GET
@needs("batch.run")
def errors_heal(request: Request, district: District) -> HttpResponse:
    """What would be sent, and nothing else; changes nothing."""
    name, key = _record(request, district, request.GET)
    try:
        return _confirmation(request, district, _healing(catalog_in_force(), district, name, key))
    except PlanError as error:
        messages.warning(request, error.message)
        return _to_record(request, district, name, key)


@require_POST
@needs("batch.run")
def errors_heal_send(request: Request, district: District) -> HttpResponse:
    """Place what was confirmed, once, whoever else presses; then on to the run's page."""
    name, key = _record(request, district, request.POST)
    try:
        placed, healing = _placed(request, district, name, key)
    except PlanError as error:
        messages.warning(request, f"Nothing was sent. {error.message}")
        return _to_record(request, district, name, key)
    if placed is None:
        messages.warning(
            request,
            "Nothing was sent: what this would send is not what you were shown. Look it over and send it again.",
        )
        return _confirmation(request, district, healing, status=409)
    return redirect("history_run", district=district.id, resync=placed)


def _record(request: Request, district: District, form: QueryDict) -> tuple[str, Key]:
    """The record that a form or an address names; it is one of the Error Log, so one must be allowed to see that."""
    if not may(request.user, "errors.view", district.id):
        raise PermissionDenied("errors.view")
    key, name = key_of(form.get("key", "")), form.get("object", "")
    if key is None or name not in catalog_in_force():
        raise Http404("Which record?")
    return name, key


def _healing(catalog: Catalog, district: District, name: str, key: Key) -> _Healing:
    known = find_district(district.name)
    root = root_of_record(catalog, known, name, key)
    return _Healing(known, name, key, root, followers_of(catalog, known, root.asked))


@database_errors()
def _placed(request: Request, district: District, name: str, key: Key) -> tuple[int | None, _Healing]:
    """The resync that now sends the root; None where that would not be what the form showed."""
    since = number_in(request.POST, "since")
    with transaction.atomic():
        Zone.objects.select_for_update(no_key=True).get(id=district.zone.id)  # who presses at once comes one by one
        healing = _healing(catalog_in_force(), district, name, key)
        twice = None if since is None else healed_since(district.zone.id, healing.root.asked, since)
        if twice is not None:
            who = "You" if twice.asked_by_person_id == request.user.id else twice.asked_by
            messages.warning(
                request,
                f"{who} sent {healing.called} already: it is resync {twice.id}. Nothing was sent a second time.",
            )
            return twice.id, healing
        if since is None or request.POST.get("token") != healing.token:
            return None, healing
        turn = whose_turn(ahead_of(district.zone.id, healing.root.plan.school_year))
        placed = queue_resync(
            healing.root.plan,
            district.zone.id,
            person=request.user,
            check_dependencies=False,
            asked=healing.root.asked,
        )
        year = healing.root.plan.school_year
        audit(request.user, "healed a root", district, f"resync {placed.id}: {healing.called}, {year_name(year)}")
        then = (
            f" If it lands, {count(healing.records, 'record')} that it holds back will follow."
            if healing.records
            else ""
        )
        now = f" It {turn}" if turn else ""
        messages.success(request, f"Resync {placed.id} sends {healing.called} again.{now}{then}")
        return placed.id, healing


def _confirmation(request: Request, district: District, healing: _Healing, status: int = 200) -> HttpResponse:
    wanted = Wanted(object=healing.object, record=healing.key)
    with state_connection() as connection:
        now = rejections_listed(connection, catalog_in_force(), district, wanted, None, _MOST_SAID)
    year = healing.root.plan.school_year
    context = {
        "healing": healing,
        "object": healing.object,
        "key": healing.key,
        "now": now,
        "root_year": healing.root.plan.steps[0].school_year,
        "since": newest_resync(district.zone.id),
        "ahead": ahead_of(district.zone.id, year),
    }
    return render(request, "hub/errors_heal.html", context, status=status)


def _to_record(request: Request, district: District, name: str, key: Key) -> HttpResponse:
    query = {"object": name, "key": key_json(key)}
    if request.year != district.zone.school_year:
        query["year"] = str(request.year)
    return redirect(f"{reverse('errors_record', kwargs={'district': district.id})}?{urlencode(query)}")
