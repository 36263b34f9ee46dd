-- Whether anything was found at all.
select 1 from finding limit 1
