-- Rejected candidates by verdict: a record counts once, whatever number of reasons it has.
select verdict, sum(records) from (select {keys}, verdict, max(records) as records from finding group by {keys}, verdict) as f
group by verdict
