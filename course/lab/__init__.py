"""The learner's notebooks: copies that are theirs, and JupyterLab to work in them."""
