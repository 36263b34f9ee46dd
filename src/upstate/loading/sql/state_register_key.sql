-- A record is found in its register by its key.
create unique index on {register} (district_id, {keys})
