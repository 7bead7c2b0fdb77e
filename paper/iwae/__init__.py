"""Burda, Grosse & Salakhutdinov 2015, "Importance Weighted Autoencoders"."""
