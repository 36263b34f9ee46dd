-- Temporary tables have no statistics: without this the planner may take millions of rows for a few.
set local enable_nestloop = off
