"""The rights that no role holds: what came with a newer version, and nobody can do until someone gives it."""

from __future__ import annotations

from collections.abc import Iterator

from upstate.hub.doctor.finding import Finding, good, mind
from upstate.hub.models import Role
from upstate.hub.postgres import Connection, database_errors
from upstate.hub.rights import RIGHTS, ROLES, TOOLS

_TOOL_OF = {right.name: tool.title for tool in TOOLS for right in tool.rights}


@database_errors()
def role_findings(connection: Connection) -> Iterator[Finding]:  # noqa: ARG001 - control tables come through the ORM
    """Roles stay as the state made them when a hub is upgraded, so what is new has to be given to one."""
    held = {name for rights in Role.objects.values_list("rights", flat=True) for name in rights}
    missing = [name for name in RIGHTS if name not in held]
    if not missing:
        yield good("roles", "Every right is held by some role.")
    for name in missing:
        letter, says = RIGHTS[name].letter, RIGHTS[name].says
        at_first = " and ".join(role for role, rights in ROLES.items() if name in rights)
        yield mind(
            "roles",
            f"No role holds {_TOOL_OF[name]} {letter}, so nobody may {says}.",
            f"Give it to a role under People, Roles (a new hub gives it to {at_first}), or leave it to nobody.",
        )
