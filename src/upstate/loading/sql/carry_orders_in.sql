-- See carry_orders.sql.
copy pg_temp.hub_order from stdin (format binary)
