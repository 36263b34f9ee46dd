"""What someone chose to send in Selective Sync, planned: as the confirmation shows it, and as its form carries it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict

from upstate.errors import PlanError
from upstate.hub.districts import KnownDistrict
from upstate.hub.in_force import catalog_in_force
from upstate.hub.own_ids import without_own_id
from upstate.planning import Asked, Plan, ask, plan_asked

_NOT_OURS: Final = "What was sent is not what this page sends. Fill the form in again."


@dataclass(frozen=True, slots=True)
class Chosen:
    """Records that were asked for, planned."""

    asked: Asked
    plan: Plan

    @property
    def rows(self) -> str:
        """The records as the form carries them."""
        return json.dumps(self.asked.keys, ensure_ascii=False, separators=(",", ":"))

    @property
    def token(self) -> str:
        """Tells this from any other, so that what is sent is what was shown."""
        return hashlib.blake2b(repr((self.asked, self.plan)).encode(), digest_size=12).hexdigest()


def plan_choice(asked: Asked, known: KnownDistrict, year: int) -> Chosen:
    """The plan of what was asked for; PlanError says in one line why there can be none."""
    return Chosen(asked, plan_asked(catalog_in_force(), asked, known.zone, year=year))


def confirmed(form: QueryDict, known: KnownDistrict, year: int) -> Chosen:
    """What a confirmation's form carries, planned anew; PlanError too where someone has changed the form."""
    return plan_choice(_asked(form, known), known, year)


def _asked(form: QueryDict, known: KnownDistrict) -> Asked:
    catalog, name = catalog_in_force(), form.get("object", "")
    if name not in catalog:
        raise PlanError(_NOT_OURS)
    try:
        rows = json.loads(form.get("rows", ""))
        texts = [[str(part) for part in row] for row in rows if isinstance(row, list)]
    except (ValueError, TypeError) as error:
        raise PlanError(_NOT_OURS) from error
    by_id = form.get("by") == "id"
    if by_id and (why := without_own_id(known, name)):
        raise PlanError(why)
    how = {"by_id": by_id, "parents": form.get("parents") == "1", "dependents": form.get("dependents") == "1"}
    return ask(catalog[name], texts, **how)
