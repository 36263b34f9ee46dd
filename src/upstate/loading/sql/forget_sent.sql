-- What was sent is judged anew; what it was found to be before says nothing.
delete from {rejected} as rejected using pg_temp.aside where {same}
