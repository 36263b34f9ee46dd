-- Take every row of a partition away: it is shown from another server, or about to be copied anew.
delete from {part}
