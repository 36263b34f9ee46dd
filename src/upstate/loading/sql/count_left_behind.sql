-- Rows at the state that point at what was removed: there are none, or nothing is removed.
select count(*) from {table} as child where exists (select from {leaving} as mine where mine.stays = '' and {points})
