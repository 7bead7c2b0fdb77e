"""The notebooks as files: made from their sources, executed, held to the rules."""
