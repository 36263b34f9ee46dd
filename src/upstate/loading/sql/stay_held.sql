-- All that would have gone of an object waits for approval.
update {leaving} set stays = 'held' where stays = ''
