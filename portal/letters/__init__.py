"""Letters by e-mail: written where something happens, kept as rows, sent by a worker."""
