-- They are few, and the way to them is the key's index.
analyze {shared}
