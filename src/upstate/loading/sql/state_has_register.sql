-- Whether the register of a unique rule is here.
select to_regclass(format('state_parts.%%I', %(name)s::text)) is not null
