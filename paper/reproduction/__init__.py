"""What every reproduction needs: from a protocol to a run that can be killed, its result, and a row of the table."""
