"""The district side: its sources, the mapping of its names, the round, and the door it knocks at."""

from upstate.agent.door import Door
from upstate.agent.mapping import Mapping, parse_mapping, read_mapping
from upstate.agent.round import Progress, run_round
from upstate.agent.sources import Description, Snapshot, Source, open_source

__all__ = [
    "Description",
    "Door",
    "Mapping",
    "Progress",
    "Snapshot",
    "Source",
    "open_source",
    "parse_mapping",
    "read_mapping",
    "run_round",
]
