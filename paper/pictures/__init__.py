"""The pictures of the papers, one paper a file: ``draw(result)`` returns them by name."""
