"""The control tables, by subject: who sends, what was asked for, what did not land, who may, who is told."""

from upstate.hub.models.agents import Agent, AgentCode, AgentEntry, AgentKey
from upstate.hub.models.alerts import Alert
from upstate.hub.models.catalog import CatalogFile
from upstate.hub.models.counters import Counter
from upstate.hub.models.district import District, Source, Zone
from upstate.hub.models.error_log import Hold, Root, Tally
from upstate.hub.models.fields import FieldOwner
from upstate.hub.models.leftovers import HeldRemoval, Leftover
from upstate.hub.models.people import AuditEntry, Grant, Person, Role, SignInAttempt
from upstate.hub.models.receipts import ReceiptLine
from upstate.hub.models.rehearsals import Rehearsal, RehearsedRoot
from upstate.hub.models.rejection import Rejection
from upstate.hub.models.requests import RequestedDistrict, StateRequest
from upstate.hub.models.resync import Batch, Order, Resync
from upstate.hub.models.selection import Selection
from upstate.hub.models.state_settings import StateSetting
from upstate.hub.models.tokens import Token
from upstate.hub.models.verifications import Verification, VerifiedDifference, VerifiedObject
from upstate.hub.models.years import YearSwitch

__all__ = [
    "Agent",
    "AgentCode",
    "AgentEntry",
    "AgentKey",
    "Alert",
    "AuditEntry",
    "Batch",
    "CatalogFile",
    "Counter",
    "District",
    "FieldOwner",
    "Grant",
    "HeldRemoval",
    "Hold",
    "Leftover",
    "Order",
    "Person",
    "ReceiptLine",
    "Rehearsal",
    "RehearsedRoot",
    "Rejection",
    "RequestedDistrict",
    "Resync",
    "Role",
    "Root",
    "Selection",
    "SignInAttempt",
    "Source",
    "StateRequest",
    "StateSetting",
    "Tally",
    "Token",
    "Verification",
    "VerifiedDifference",
    "VerifiedObject",
    "YearSwitch",
    "Zone",
]
