-- Which objects have open rejections in this district, and whether policy is among their causes.
select object, bool_or(verdict = 'excluded') from hub_rejection
where district_id = %(district)s and resolved_at is null and object = any (%(objects)s)
group by object
