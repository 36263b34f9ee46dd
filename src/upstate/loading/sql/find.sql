-- What a judgement finds (see judge.sql).
insert into finding {judgement}
