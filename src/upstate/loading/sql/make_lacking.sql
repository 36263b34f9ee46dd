-- Keys that a selective order asked for and that the district does not have.
create temporary table lacking (key text[]) on commit drop
