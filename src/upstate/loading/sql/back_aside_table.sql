-- Of a selective order that landed on another server: the keys it was about, as texts.
create temporary table aside ({keys}) on commit drop
