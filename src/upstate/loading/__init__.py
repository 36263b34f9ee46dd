"""The state side of data: fill, inspect, judge, merge, settle. SQL and psycopg; never Django."""
