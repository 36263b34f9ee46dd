-- The temporary tables of one landing, which a commit would drop; in a rehearsal the next landing makes its own.
discard temp
