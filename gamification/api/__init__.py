"""The economy over HTTP."""
