-- The leftovers of an object, each with its key in the types of the state's columns.
select id, {typed_keys} from hub_leftover
where district_id = %(district)s and object = {object} and {of_year} and {readable}
