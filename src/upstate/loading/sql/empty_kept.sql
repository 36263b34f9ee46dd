-- Whatever an earlier transaction of this session has left in the temporary tables that it keeps.
with {each} select
