"""The one checker behind `vae check`, `pytest exercises` and `check()` in a notebook."""
