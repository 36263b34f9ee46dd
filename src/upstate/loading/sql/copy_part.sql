-- A partition's rows, for another server.
copy (select {columns} from {part}) to stdout (format binary)
