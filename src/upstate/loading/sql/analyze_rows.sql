-- Many rows have come since the planner was last told: without this it takes them for a few, and hashes them as such. Where
-- somebody else is at it, theirs will do.
analyze (skip_locked) {table} ({columns})
