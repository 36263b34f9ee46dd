"""The state side of people: control tables, who asked for what, what happened, and the agent's door."""
