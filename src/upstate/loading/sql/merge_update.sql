-- The part of the merge that updates; an object with nothing but its key has none.
when matched and {differs} then update set {assignments}
