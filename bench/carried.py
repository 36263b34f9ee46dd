"""`python -m bench.carried resync …`: the command as it is, and how many bytes it took to its door and back."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import pyarrow as pa

from upstate.cli.main import main
from upstate.hub.start import Configuration, start
from upstate.wire import Compared, Parcel, Receipt, WorkOrder, encode_rejected
from upstate.wire.digests import Pairs, Sums, Total

start(Configuration(os.environ["UPSTATE_DATABASE_URL"]))
from upstate.hub import in_process_door  # noqa: E402 - it knows the control tables, which Django must have heard of

_BYTES = "bytes carried: "


class CountingDoor(in_process_door.InProcessDoor):
    """The door, counting what would go over a network: batches, keys, and what the comparison is told."""

    carried = 0

    def deliver(self, order: WorkOrder, parcel: Parcel) -> Receipt:
        """A batch on its way up."""
        CountingDoor.carried += len(parcel.payload)
        return super().deliver(order, parcel)

    def sums(self, order: WorkOrder) -> Sums:
        """Sums on their way down."""
        sums = super().sums(order)
        CountingDoor.carried += len(sums.to_bytes())
        return sums

    def rejected(self, order: WorkOrder) -> pa.Table:
        """Keys of what is rejected on their way down."""
        rejected = super().rejected(order)
        CountingDoor.carried += len(encode_rejected(rejected))
        return rejected

    def pairs(self, order: WorkOrder, wanted: Sequence[int]) -> Pairs:
        """Keys and digests on their way down."""
        pairs = super().pairs(order, wanted)
        CountingDoor.carried += len(pairs.to_bytes())
        return pairs

    def finish(
        self, order: WorkOrder, batches: int, compared: Compared | None = None, total: Total | None = None
    ) -> None:
        """The keys that are gone, on their way up."""
        CountingDoor.carried += 0 if compared is None else len(compared.gone)
        super().finish(order, batches, compared, total)


if __name__ == "__main__":
    in_process_door.InProcessDoor = CountingDoor  # type: ignore[misc]  # before the command imports it
    try:
        main(sys.argv[1:])
    finally:
        print(f"{_BYTES}{CountingDoor.carried}", file=sys.stderr)
