-- Stands for the control table on a server that has none (carrying.py).
create temporary table hub_batch (order_id bigint, number integer, records integer, payload bytea) on commit drop
