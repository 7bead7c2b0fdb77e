"""The exercises as data: their manifests, their texts cut from the course's source, the learner's own files."""
