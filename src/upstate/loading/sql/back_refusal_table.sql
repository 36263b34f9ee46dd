-- What was turned away by itself on another server.
create temporary table refusal (key text[], reason text, "column" text, message text, advice text) on commit drop
