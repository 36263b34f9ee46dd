-- Of a divided table: the values that no two records of the whole state may share, with whose they are. A unique index
-- of the table itself would have to hold the district, and so would let two districts share a value.
create table {register} (district_id integer, {definitions})
