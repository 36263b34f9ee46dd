-- The keys of leftovers that a landing on another server told of or found.
create temporary table gone ({typed}) on commit drop
