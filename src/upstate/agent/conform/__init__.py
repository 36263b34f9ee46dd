"""From raw columns, as a database gave them, to a batch that fits its object exactly; what does not fit goes apart."""

from upstate.agent.conform.conforming import NATIVE, TEXT, conform
from upstate.agent.conform.reading_texts import BYTES_MARK
from upstate.agent.conform.reasons import REASONS, MisfitError, Reason

__all__ = ["BYTES_MARK", "NATIVE", "REASONS", "TEXT", "MisfitError", "Reason", "conform"]
