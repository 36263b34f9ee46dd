-- Where candidates wait when the district has rows of this object at the state already.
create temporary table candidate (like {table}) on commit drop
