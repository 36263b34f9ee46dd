-- Plan a statement and do not run it.
explain {query}
