#!/usr/bin/env python
"""Django's command line for this project."""

import sys

from django.core.management import execute_from_command_line

from hermes.environment import choose_settings

if __name__ == "__main__":
    choose_settings()
    import hermes.celery  # noqa: F401  (commands that queue tasks need its broker)

    execute_from_command_line(sys.argv)
