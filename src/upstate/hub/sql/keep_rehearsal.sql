-- What the rejections of a rehearsal come to; with this it has its results.
INSERT INTO hub_rehearsal (resync_id, problems, held_back, failed, kept_out, kept_out_with_them)
VALUES (%(resync)s, %(problems)s, %(held_back)s, %(failed)s, %(kept_out)s, %(kept_out_with_them)s)
