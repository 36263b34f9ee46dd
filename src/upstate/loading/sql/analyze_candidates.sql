-- So that a merge of a few records goes by index.
analyze pg_temp.candidate
