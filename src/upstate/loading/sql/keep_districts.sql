-- No district is added until the transaction ends.
lock table hub_district in share mode
