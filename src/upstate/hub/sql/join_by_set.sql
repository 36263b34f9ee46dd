-- Rejections that were just written have no statistics yet: without this the planner takes thousands of them for one.
SET LOCAL enable_nestloop = off
