-- Whether the state holds a row of any of these rejected parents: where not, none of its rows can point at one.
select exists (select from {rejected} as rejected join {parent} as held on held.district_id = %(district)s and {on})
