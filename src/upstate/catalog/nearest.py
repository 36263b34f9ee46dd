"""The name that was probably meant, for every error that meets an unknown one."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """ "Did you mean A or B?", in whatever case it was written; empty where nothing known comes near."""
    folded = {each.casefold(): each for each in known}
    near = get_close_matches(name.strip().casefold(), folded, n=2, cutoff=0.7)
    return f"Did you mean {' or '.join(folded[each] for each in near)}?" if near else ""
