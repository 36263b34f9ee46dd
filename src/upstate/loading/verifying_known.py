"""What the state is known to reject tells by itself how an object compares, where both ends agree on all else. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from upstate.loading.inspecting import inspect
from upstate.loading.task import Task
from upstate.loading.verifying import KINDS, Difference, Verified
from upstate.wire import Batch, spell_rows

Key = tuple[str | None, ...]


def all_known(
    task: Task, batches: Iterable[Batch], state_count: int, verdicts: Mapping[Key, str], *, show: int = 1000
) -> Verified | None:
    """How an object compares of which the state has no row for what is in `batches`, and just what the district has
    for all else; None where a record's key has no verdict: then `verifying.verify` has to look.

    `verdicts` are those of the open rejections by key; `show` as there, and the answer is the same.
    """
    obj = task.object
    times: Counter[Key] = Counter()
    refused: dict[Key, set[str]] = {}
    for batch in batches:
        inspected = inspect(obj, batch, task.school_year)
        times.update(spell_rows(obj, obj.key, inspected.records))
        for refusal in (each for refusals in inspected.refused for each in refusals):
            refused.setdefault(tuple(refusal.key), set()).add(refusal.column)
    times.update(refused.keys())
    if not times.keys() <= verdicts.keys():
        return None
    differences = [
        Difference("duplicates", key, (), verdicts[key])
        if number > 1
        else Difference("district_only", key, tuple(sorted(refused.get(key, set()) - {""})), verdicts[key])
        for key, number in sorted(times.items(), key=_in_order)
    ]
    expected = Counter(difference.expected or "" for difference in differences)
    return Verified(
        obj.name,
        task.district_records,
        state_count,
        dict.fromkeys(KINDS, 0),
        dict(sorted(expected.items())),
        (),
        tuple(differences[:show]),
    )


def _in_order(item: tuple[Key, int]) -> tuple[tuple[bool, str], ...]:
    return tuple((part is None, part or "") for part in item[0])
