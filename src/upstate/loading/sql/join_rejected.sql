-- The parent's open rejection, if it has one: its verdict and its root pass on to the child.
left join {rejected} as {alias} on {on}
