-- In the place of the order before: that one was settled, or this one would not have been taken to land.
insert into state_parts.landed (district_id, year, order_id, epoch, counts)
values (%(district)s, %(zone_year)s, %(order)s, %(epoch)s, %(counts)s)
on conflict (district_id, year) do update
set order_id = excluded.order_id, epoch = excluded.epoch, counts = excluded.counts
