-- Records on which the two ends do not agree.
create temporary table difference (kind text, key text[], columns text[], expected text) on commit drop
