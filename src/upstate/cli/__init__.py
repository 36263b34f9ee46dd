"""The command line: one file per command; each calls a room, none thinks."""
