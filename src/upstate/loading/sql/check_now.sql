-- What a commit would check of deferred references; a rehearsal has none.
set constraints all immediate
