-- Of a selective order that landed on another server: the keys of what was sent and may land.
create temporary table candidate ({key_definitions}) on commit drop
