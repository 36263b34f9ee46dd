"""Looks a hub over: its server, its tables, its work and its settings; each finding with its mend."""

from upstate.hub.doctor.examining import examine
from upstate.hub.doctor.finding import Finding

__all__ = ["Finding", "examine"]
