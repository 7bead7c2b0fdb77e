"""Numbers that are the same in every process: imported once by the package of each paper, before it computes."""

import torch

# The first multi-threaded exp, log or tanh of a process can be off in one thread's half (seen: 3e-9 in
# float64, in about 1 of 13 starts of torch 2.13 on the CPU). A single-element exp first prevents it.
torch.exp(torch.zeros(1))
