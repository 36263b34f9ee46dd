-- So that the few keys that were set aside are hashed, and not the many rows they are held against.
analyze pg_temp.aside
