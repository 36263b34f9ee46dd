-- What the table holds already, where a register is made for it later.
insert into {register} (district_id, {columns}) select district_id, {columns} from {table} as fresh where {complete}
