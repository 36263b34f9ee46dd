-- Records that cannot become rows, with their reasons.
copy refusal (key, reason, "column", message, advice) from stdin
