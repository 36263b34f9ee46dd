-- The command that ran this resync is gone (we hold its lock): its leases are worth nothing any more.
UPDATE hub_order
SET lease_until = NULL
WHERE resync_id = %(resync)s AND lease_until IS NOT NULL
