"""The channel: posts that carry a ❤️ button and the count on it.

Owns: ``HeartPost``.
Listens to: ``reaction_detected``.
"""
