-- What agent and comparison told of an order: the definition of its digests, the district's, and the state's as compared.
select definition, district, compared from hub_receipt where order_id = %(order)s and district is not null
