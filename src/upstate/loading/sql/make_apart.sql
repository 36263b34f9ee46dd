-- What is known of digests while an object lands, for its receipt: `turned away` is taken from the district's, `replaced`
-- from what the state held when it was compared.
create temporary table apart (side text, records bigint, uppers bigint, lowers bigint) on commit drop
