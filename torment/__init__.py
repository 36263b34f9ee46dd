"""A resync whose parts are killed, stopped and cut off, again and again, must end as an undisturbed one."""
