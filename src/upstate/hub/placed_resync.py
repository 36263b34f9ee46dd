"""A resync that was placed, as a plain value read from its row."""

from __future__ import annotations

from dataclasses import dataclass

from upstate.hub import models
from upstate.planning import Asked, Plan


@dataclass(frozen=True, slots=True)
class PlacedResync:
    """A resync that was placed: its objects in the order they run, who asked for it, whether it sends everything, and
    whether it is a rehearsal, and begun; the records that were asked for, if it is about some only; what it goes on
    from; whether it removes leftovers.
    """

    id: int
    school_year: int
    objects: tuple[str, ...]
    asked_by: str
    everything: bool
    rehearsal: bool = False
    begun: bool = False
    asked: Asked | None = None
    follows: int | None = None
    remove_leftovers: bool = False

    def is_for(
        self,
        plan: Plan,
        *,
        everything: bool = False,
        rehearse: bool = False,
        asked: Asked | None = None,
        remove_leftovers: bool = False,
    ) -> bool:
        """Whether this does what the plan would: the same objects in the same year, everything where that is asked."""
        same = (self.school_year, self.objects, self.rehearsal, self.remove_leftovers) == (
            plan.school_year,
            plan.objects,
            rehearse,
            remove_leftovers,
        )
        return same and self.asked == asked and self.follows is None and (self.everything or not everything)


def placed_resync(resync: models.Resync) -> PlacedResync:
    """What a row says of a resync, with what its orders and its selection say."""
    everything = not resync.orders.filter(everything=False).exists()
    return PlacedResync(
        resync.id,
        resync.school_year,
        tuple(resync.objects_in_order),
        resync.asked_by,
        everything,
        rehearsal=resync.mode == "rehearsal",
        begun=resync.started_at is not None,
        asked=_asked(resync),
        follows=resync.follows_id,
        remove_leftovers=resync.remove_leftovers,
    )


def _asked(resync: models.Resync) -> Asked | None:
    found = models.Selection.objects.filter(resync=resync).first()
    if found is None:
        return None
    keys = tuple(tuple(key) for key in found.asked)
    return Asked(found.object, keys, found.by_id, found.parents, found.dependents, heals=resync.mode == "heal")
