-- As whom this role reaches it.
create user mapping for current_user server {server} {options}
