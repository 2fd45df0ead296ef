"""The Django project: composition root and the ground floor."""

__version__ = "0.1.0"
