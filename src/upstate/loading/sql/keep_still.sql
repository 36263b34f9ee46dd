-- Nobody writes to these partitions until the transaction ends.
lock table {tables} in share row exclusive mode
