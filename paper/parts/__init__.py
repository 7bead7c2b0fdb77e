"""Parts of networks and of losses that several papers have."""
