"""Tests over every connector there is."""
