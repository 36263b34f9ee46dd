-- Stands for the control table on a server that has none (carrying.py), with the columns that a landing reads.
create temporary table hub_rejection (id bigint, district_id integer, object text, school_year integer, key text[],
    reason text, verdict text, root_object text, root_key text[], root_reason text, resolved_at timestamptz,
    resolved_by_id bigint, primary key (object, key, id)) on commit drop
