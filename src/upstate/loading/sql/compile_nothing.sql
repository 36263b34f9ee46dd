-- Compiling a digest takes longer than computing a million of them.
set local jit = off
