-- What the planner needs of rows just copied is how many they are; a small sample tells that in a few milliseconds.
set local default_statistics_target = 5
