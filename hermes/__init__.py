"""The Django project: composition root and the ground floor."""
