-- What comes back from another server.
copy {table} from stdin (format binary)
