-- What was just copied has no statistics.
analyze {part}
