-- A landing need not wait for the disk: should the database crash just now, the order is still delivered, its batches are
-- there, and it lands again. The end of the resync waits, and with it all that came before.
set local synchronous_commit = off
