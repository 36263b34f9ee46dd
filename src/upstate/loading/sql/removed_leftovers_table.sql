-- Of each removal noted in state_parts.removed: what was said of every leftover.
create table if not exists state_parts.removed_leftovers (
    district_id integer, resync_id bigint, decision bigint, id bigint, stays text not null, "by" text not null,
    foreign key (district_id, resync_id, decision) references state_parts.removed on delete cascade,
    primary key (district_id, resync_id, decision, id)
)
