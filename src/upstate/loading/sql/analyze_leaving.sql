-- A temporary table has no statistics of its own accord.
analyze {leaving}
