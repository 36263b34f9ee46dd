"""Receipts read back: what both ends held of each object after a resync, and whether that is the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from upstate.errors import ConfigError
from upstate.hub.models import ReceiptLine, Resync
from upstate.hub.postgres import database_errors
from upstate.planning import Status
from upstate.wire.digests import Total


@dataclass(frozen=True, slots=True)
class ReceiptObject:
    """One object of a receipt: what the district had as it was read, and the state once it had landed.

    `district_landed` and `state_landed` are of what must be the same at both: without what was `turned_away` and the
    `leftovers`. A record that does not fit its columns was turned away and has no digest.
    """

    object: str
    school_year: int | None
    definition: bytes
    district: Total
    state: Total
    district_landed: Total
    state_landed: Total
    turned_away: int
    leftovers: int

    @property
    def agrees(self) -> bool:
        """Whether what landed is the same at both ends, by the sums of its records' digests."""
        return self.district_landed == self.state_landed

    @property
    def equal(self) -> bool:
        """Whether the ends are the same to the last record."""
        return self.agrees and self.district == self.state and not self.turned_away

    @property
    def status(self) -> Status:
        """The colour that says it."""
        return Status.GREEN if self.agrees else Status.RED

    @property
    def word(self) -> str:
        """What the colour says, and why the ends are not the same where they are not."""
        if not self.agrees:
            return "not equal"
        return "equal" if self.equal else "equal in what landed"

    @property
    def digests(self) -> tuple[str, str]:
        """The digests of all that the district, and that the state, had: what either can compute again."""
        return self.district.shown(self.definition), self.state.shown(self.definition)

    @property
    def landed_digests(self) -> tuple[str, str]:
        """The digests of what landed, at the district and at the state."""
        return self.district_landed.shown(self.definition), self.state_landed.shown(self.definition)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of a resync, named by its id; `untold` are objects that landed and whose digests nobody told."""

    resync: int
    district: str
    school_year: int
    finished: datetime | None
    objects: tuple[ReceiptObject, ...]
    untold: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether there is an object, every one has its digests, and what landed is the same at both ends."""
        return bool(self.objects) and not self.untold and all(each.agrees for each in self.objects)

    @property
    def unequal(self) -> tuple[str, ...]:
        """The objects of which what landed is not the same."""
        return tuple(each.object for each in self.objects if not each.agrees)


@database_errors()
def receipt_of(resync: int, zone: int | None = None) -> Receipt | None:
    """The receipt of a resync (of this zone, where one is given); None where there is none.

    None has a rehearsal, as nothing was written, a resync of some records only, and one that ended without any digest.
    Of one that has not ended it is what has landed so far.
    """
    found = Resync.objects.filter(id=resync, mode__in=("full", "partial")).select_related("zone__district").first()
    if found is None or zone not in (None, found.zone_id):
        return None
    orders = list(found.orders.filter(state="landed").select_related("receipt").order_by("position"))
    told = [each for order in orders if (each := getattr(order, "receipt", None)) is not None and each.state]
    if not told and found.finished_at is not None:
        return None
    known = {each.order_id for each in told}
    return Receipt(
        found.id,
        found.zone.district.name,
        found.school_year,
        found.finished_at,
        tuple(map(_object, told)),
        tuple(order.object for order in orders if order.id not in known),
    )


def _object(line: ReceiptLine) -> ReceiptObject:
    order = line.order
    return ReceiptObject(
        object=order.object,
        school_year=order.school_year,
        definition=bytes(line.definition or b""),
        district=_total(line.district),
        state=_total(line.state),
        district_landed=_total(line.district_landed),
        state_landed=_total(line.state_landed),
        turned_away=order.failed + order.blocked + order.excluded,
        leftovers=order.leftovers,
    )


def _total(numbers: list[int] | None) -> Total:
    return Total(*(numbers or ()))


def no_receipt(resync: int) -> ConfigError:
    """What is said where there is no such receipt, of the wrong district as well."""
    return ConfigError(f"There is no receipt {resync}. Receipts are numbered as the resyncs of `upstate history`.")
