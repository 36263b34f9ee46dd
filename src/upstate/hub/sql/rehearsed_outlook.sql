-- What the rejections of a rehearsal come to; the columns are those of outlook.sql.
SELECT problems, held_back, failed, kept_out, kept_out_with_them
FROM hub_rehearsal
WHERE resync_id = %(resync)s
