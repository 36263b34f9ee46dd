-- The key of a parent that is known to be there: a join only to find it would look at every parent for nothing.
cross join lateral (select {key}) as {alias}
