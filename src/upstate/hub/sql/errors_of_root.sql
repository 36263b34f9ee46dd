-- One page of the rejections of one standing that hang on a root, or did, by object.
SELECT held.*
FROM hub_rejection AS held
WHERE held.district_id = %(district)s
    AND {standing}
    AND held.verdict <> 'failed'
    AND held.root_object = %(root_object)s
    AND held.root_key = %(root_key)s::text[]
    AND (held.object, held.id) {beyond} (%(object_at)s::text, %(id)s::bigint)
    AND (held.object, held.key) IS DISTINCT FROM (held.root_object, held.root_key)
    AND {narrowed}
ORDER BY held.object {way}, held.id {way}
LIMIT %(most)s
