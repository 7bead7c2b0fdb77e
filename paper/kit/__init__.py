"""What reproductions share: from a protocol to a run that can be killed, its result, and a row of a table."""
