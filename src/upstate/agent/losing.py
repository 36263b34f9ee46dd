"""What to do when the source is lost, again and again, while the same object is read: read it anew, or give it up.

Each time it is read from its beginning, from a new snapshot. A source that ends every connection after ten minutes
gives no object that takes longer, however often it is asked. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST_LOSSES = 3


@dataclass(frozen=True, slots=True)
class Losses:
    """Of the order at which the source was lost (None: none was being read): how often in a row it came no further, and
    how many records of it came at the most."""

    order: int | None = None
    times: int = 0
    furthest: int = 0

    @property
    def too_many(self) -> bool:
        """Whether to give the order up."""
        return self.times >= MOST_LOSSES


def lost_again(before: Losses, order: int | None, records: int) -> Losses:
    """What to remember after another loss, when so many records of the order had come.

    Who comes a tenth further than ever before counts anew: less may be chance, and would go on and on.
    """
    if order != before.order:
        return Losses(order, 1, records)
    furthest = max(before.furthest, records)
    further = records * 10 > before.furthest * 11
    return Losses(order, 1 if further else before.times + 1, furthest)


def why_given_up(losses: Losses, message: str) -> str:
    """One line for the object that is given up; `message` is what the source said last."""
    return (
        f"{message} That was {losses.times} times in a row, and never came further than {losses.furthest:,} records. "
        "Have the source keep a connection for longer, and send the object again."
    )
