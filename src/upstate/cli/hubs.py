"""What commands ask of a hub: this machine's own, or one elsewhere (`upstate --hub URL`); both answer alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from upstate.cli.progress import Watcher
    from upstate.cli.receipts import Checked
    from upstate.hub.leftovers import HeldRemoval, LeftOver, RemovalOutcome
    from upstate.hub.receipt import Receipt
    from upstate.hub.reports import ObjectRun, Outlook, Root
    from upstate.loading.dependents import Listed
    from upstate.loading.verifying import Looked
    from upstate.planning import Plan


Decision = Literal["approve", "discard"]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a resync ended: "finished", or "failed" where an object failed as a whole; `seconds` are this command's.

    `followers` went on from it, with what the roots had held back that it landed.
    """

    resync: int
    district: str
    school_year: int
    state: str
    runs: tuple[ObjectRun, ...]
    seconds: float
    followers: tuple[Ended, ...] = ()


@dataclass(frozen=True, slots=True)
class Records:
    """Some records of an object, as they were named: a row each, its parts those of a key, or (`by_id`) one id."""

    rows: tuple[tuple[str, ...], ...]
    by_id: bool = False
    dependents: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a district stands: what it is offered in order, the last run of each, the resync that has not ended."""

    district: str
    school_year: int
    names: tuple[str, ...]
    runs: Mapping[str, ObjectRun]
    unfinished: int | None


@dataclass(frozen=True, slots=True)
class VerificationEnded:
    """What a verification found, object by object; the differences it names are the first of each."""

    verification: int
    district: str
    objects: tuple[Looked, ...]

    @property
    def equal(self) -> bool:
        """Whether every object was compared to its end, there was one at all, and nothing unexpected differs."""
        return bool(self.objects) and all(each.equal for each in self.objects)

    @property
    def resync_needed(self) -> tuple[str, ...]:
        """The objects of which a resync would mend something."""
        found = (each.verified for each in self.objects)
        return tuple(verified.object for verified in found if verified is not None and verified.resync_needed)


@dataclass(frozen=True, slots=True)
class ReceiptChecked:
    """A receipt and what became of its objects since; `now` is empty where only the receipt could be asked for."""

    receipt: Receipt
    now: tuple[Checked, ...] = ()


class Runner(Protocol):
    """What a hub runs to its end, and what it would do; whoever asks waits for it."""

    def plan(self, district: str, objects: Sequence[str] | None, *, year: int | None, check_dependencies: bool) -> Plan:
        """What a resync of these objects (None: all) would do."""

    def resync(
        self,
        district: str,
        objects: Sequence[str] | None,
        *,
        year: int | None,
        check_dependencies: bool,
        everything: bool,
        rehearse: bool,
        remove_leftovers: bool,
        watcher: Watcher,
    ) -> Ended:
        """Run a resync, or a rehearsal, to its end; the watcher is told of warnings and how it goes."""

    def select(
        self,
        district: str,
        object_name: str,
        records: Records,
        *,
        year: int | None,
        check_dependencies: bool,
        watcher: Watcher,
    ) -> tuple[Ended, tuple[str, ...]]:
        """Send some records of an object; and which of them the district does not have, each as one text."""

    def heal(self, district: str, root: int, *, year: int | None, watcher: Watcher) -> Ended:
        """Send a root again, and then what it held back."""

    def verify(
        self, district: str, objects: Sequence[str] | None, *, year: int | None, say: Callable[[str], None]
    ) -> VerificationEnded:
        """Compare both ends of these objects (None: all); `say` hears of a wait."""

    def receipt(self, district: str | None, resync: int, *, say: Callable[[str], None]) -> ReceiptChecked:
        """The receipt of a resync (None: of whichever district's), held against both ends where they can be read."""


class Leftovers(Protocol):
    """What the state holds that the district has no more, and what is decided about it."""

    def left_over(self, district: str) -> tuple[tuple[LeftOver, ...], tuple[HeldRemoval, ...]]:
        """What is left over at the state, by object, and the removals that are or were held."""

    def left_over_of(self, district: str, object_name: str, *, year: int | None) -> Iterator[Listed]:
        """The leftovers of an object by key."""

    def decide(self, district: str, removal: int, decision: Decision, reason: str) -> str:
        """Approve or discard a held removal; a line that says what came of it."""

    def removal_outcome(self, district: str, resync: int) -> RemovalOutcome | None:
        """What came of removing a resync's leftovers; None where there is nothing to say yet."""


class Reports(Protocol):
    """What a hub tells of names, and of how things stand."""

    def district_named(self, name: str) -> str:
        """The district's own name."""

    def object_named(self, name: str) -> str:
        """The object's own name."""

    def standing(self, district: str) -> Standing:
        """Where each object stands."""

    def history(self, district: str) -> Iterator[dict[str, Any]]:
        """Every object of every run, newest run first, with the columns of dis_batch_history."""

    def rejections(self, district: str, *, object_name: str | None, limit: int | None) -> Iterator[dict[str, Any]]:
        """The open rejections, what must be mended first."""

    def count_rejections(self, district: str, *, object_name: str | None) -> int:
        """How many rejections are open."""

    def roots(
        self,
        district: str,
        *,
        resync: int | None = None,
        object_name: str | None = None,
        verdict: Literal["failed", "excluded"] | None = None,
        limit: int | None = None,
    ) -> Iterator[Root]:
        """What must be mended, whatever holds back most first."""

    def outlook(self, district: str, *, resync: int | None = None) -> Outlook:
        """What the open rejections come to."""


@dataclass(frozen=True, slots=True)
class Hub:
    """What commands ask of a hub. A district is named as people type it; UpstateError in one line."""

    runner: Runner
    leftovers: Leftovers
    reports: Reports
