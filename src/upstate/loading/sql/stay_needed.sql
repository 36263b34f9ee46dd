-- Leftovers that a row at the state points at which does not go with them: they stay, or it would point nowhere.
update {leaving} as mine set stays = 'needed', "by" = {child}
where mine.stays = '' and exists (select from {table} as child where {points} and not {goes})
