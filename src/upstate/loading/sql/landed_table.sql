-- The newest order that landed here for each district and year, with what it came to (see carrying.py).
create table if not exists state_parts.landed (
    district_id integer, year integer, order_id bigint not null, epoch integer not null, counts jsonb not null,
    primary key (district_id, year)
)
