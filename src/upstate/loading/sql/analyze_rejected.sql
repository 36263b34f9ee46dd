-- They are few, and the planner is to know it: else it hashes the many records they are held against.
analyze {rejected}
