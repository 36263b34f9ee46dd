"""A PostgreSQL of our own for the first run: nothing to install, no port opened, data kept in one folder."""

from upstate.embedded.cluster import Cluster
from upstate.embedded.programs import OLDEST_SERVER, check_server, program

__all__ = ["OLDEST_SERVER", "Cluster", "check_server", "program"]
