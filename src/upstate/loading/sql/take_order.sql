-- Parents first, said once: an order is taken to land only when every earlier order of its resync is settled, and only
-- by who holds its newest epoch.
select this.id from hub_order as this
where this.id = %(order)s and this.epoch = %(epoch)s and this.state = 'delivered'
    and not exists (
        select from hub_order as earlier
        where earlier.resync_id = this.resync_id and earlier.position < this.position
            and earlier.state not in ('landed', 'failed')
    )
for update of this
