-- Only an object's references to itself are deferrable (state_reference.sql); undone with the savepoint around it.
set constraints all deferred
