"""Level 3: papers as nn.Module, one paper a file."""
