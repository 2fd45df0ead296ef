"""The sandbox as people use it: somebody writes, something fails, and what was sent is seen."""
