"""What the embedded PostgreSQL is told: durable, quick at bulk loads, modest in memory, no port."""

import shutil
from pathlib import Path

ROOMY_SHARED_MEMORY = 1 << 30  # bytes; containers often have 64 MB, too little for parallel joins

SETTINGS = """\
# Written by Upstate at every start. Your own settings belong in ALTER SYSTEM, which wins over these.

# reachable only through a socket in a folder that is ours alone
listen_addresses = ''
port = 5432
max_connections = 50

# durable
fsync = on
full_page_writes = on
synchronous_commit = on

# quick at bulk loads on a small machine
shared_buffers = 128MB
work_mem = 64MB
maintenance_work_mem = 64MB
temp_buffers = 32MB
max_wal_size = 4GB
checkpoint_timeout = 15min
jit = off
synchronize_seqscans = off

# the same words and numbers wherever it runs
timezone = 'UTC'
log_timezone = 'UTC'

# the log names errors, never a record: no details, no statements, no values
log_error_verbosity = terse
log_min_error_statement = panic
log_checkpoints = off
"""


def settings_text(cluster_name: str, socket_folder: Path) -> str:
    """The text of the settings file of one cluster."""
    lines = [
        SETTINGS,
        f"cluster_name = {quoted(cluster_name)}",
        # a list of folders, so the one folder is quoted once more for the list
        f"unix_socket_directories = {quoted(chr(34) + str(socket_folder).replace(chr(34), chr(34) * 2) + chr(34))}",
    ]
    shared_memory = Path("/dev/shm")  # noqa: S108 - only measured, nothing is put there by us
    if shared_memory.is_dir() and shutil.disk_usage(shared_memory).total < ROOMY_SHARED_MEMORY:
        lines.append("dynamic_shared_memory_type = mmap")
    return "\n".join(lines) + "\n"


def quoted(value: str) -> str:
    """A value as a settings file wants it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
