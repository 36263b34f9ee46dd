-- A record has one verdict: what was found in a later class is dropped.
delete from finding using (select {keys}, min(class) as class from finding group by {keys}) as first
where {same} and finding.class > first.class
