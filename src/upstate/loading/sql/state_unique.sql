-- Values that no two records of the whole state may share.
create unique index {name} on {table} ({columns}) {nulls}
