-- Where candidates wait when the district has rows of this object at the state already: the catalog's columns, and none
-- that the state has added of its own.
create temporary table candidate on commit drop as select {columns} from {table} limit 0
