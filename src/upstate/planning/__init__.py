"""What a resync will do: chosen objects and a year to ordered steps; an order's lifecycle; tally and status. Pure."""

from upstate.planning.asked import Asked, ask, plan_asked, plans_freed
from upstate.planning.lifecycle import OrderEvent, OrderState, may_land, next_state
from upstate.planning.listed import rows_of_csv, rows_of_text
from upstate.planning.plan import Plan, Step, make_plan, offered
from upstate.planning.tally import Counts, Status, status_of
from upstate.planning.zone import Zone, year_name

__all__ = [
    "Asked",
    "Counts",
    "OrderEvent",
    "OrderState",
    "Plan",
    "Status",
    "Step",
    "Zone",
    "ask",
    "make_plan",
    "may_land",
    "next_state",
    "offered",
    "plan_asked",
    "plans_freed",
    "rows_of_csv",
    "rows_of_text",
    "status_of",
    "year_name",
]
