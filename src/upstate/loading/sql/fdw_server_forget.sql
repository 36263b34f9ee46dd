-- A server that nothing is on.
drop server if exists {server} cascade
