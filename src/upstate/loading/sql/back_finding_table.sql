-- What was found on another server: as make_finding.sql has it, its keys as texts.
create temporary table finding ({keys}, class smallint, verdict text, reason text, "column" text, message text, advice text,
    root_object text, root_key text[], root_reason text, records integer) on commit drop
