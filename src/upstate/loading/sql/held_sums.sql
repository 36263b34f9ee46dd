-- The sums of their digests by bucket; the query is wire's own.
{sums}
