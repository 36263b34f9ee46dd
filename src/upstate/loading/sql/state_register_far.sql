-- A register that is in the hub's database, as all servers keep it together.
create foreign table {register} (district_id integer, {columns}) server {server}
