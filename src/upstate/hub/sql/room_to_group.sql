-- Reports group up to a million rejections: let this transaction do so in memory.
SET LOCAL work_mem = '64MB'
