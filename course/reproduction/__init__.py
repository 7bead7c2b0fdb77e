"""`vae reproduce`: from a paper's protocol to options, a run, and numbers beside the paper's and the course's."""
