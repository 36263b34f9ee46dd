-- Stands for the control table on a server that has none (carrying.py), with the columns that a landing reads.
create temporary table hub_order (id bigint, batches integer) on commit drop
