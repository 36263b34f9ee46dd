-- The suspects among many records are few, and cost little to be handed over; the planner takes them for a third of all.
select set_config('parallel_tuple_cost', '0', true), set_config('parallel_setup_cost', '0', true)
