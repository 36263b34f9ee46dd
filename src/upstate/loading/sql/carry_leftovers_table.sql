-- Stands for the control table on a server that has none (removal_note.py), with the columns that a removal reads.
create temporary table hub_leftover (id bigint, district_id integer, object text, school_year integer, key text[],
    last_seen_id bigint) on commit drop
