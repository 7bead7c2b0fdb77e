"""Melodies: pitches on a grid of sixteenths, tokens made of them, and MIDI files."""
