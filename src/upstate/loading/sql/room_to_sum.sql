-- The sums group every open rejection of an object: let what is left of this transaction do so in memory.
set local work_mem = '64MB'
