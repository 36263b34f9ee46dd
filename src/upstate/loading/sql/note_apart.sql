-- Records that were turned away by themselves, by the sums of their digests.
insert into pg_temp.apart values ('turned away', %(records)s, %(uppers)s, %(lowers)s)
