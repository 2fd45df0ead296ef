"""Settings by environment: `hermes.settings.dev`, `.test`, `.prod` on top of `.base`."""
