"""Besitos: wallets, transfers and holds, and what earns them.

Owns: ``Account``, ``Transfer``, ``Entry``, ``Hold``, ``ReactionReward``.
Announces: ``besitos_added``, ``besitos_spent``.
Listens to: ``reaction_detected``.
"""
