-- What is judged goes to a table of its own first: PostgreSQL uses more than one processor for no insert.
create temporary table {apart} (
    {keys}, class, verdict, reason, "column", message, advice, root_object, root_key, root_reason, records
) on commit drop as {judgement}
