-- Whether this database has a partition.
select to_regclass(%(part)s) is not null
