-- Whether there are any such values: where there are none, nothing was made to hold them.
select to_regclass(%(shared)s) is not null
