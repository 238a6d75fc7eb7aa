"""The story: hints, Lucien's messages, community goals.

Owns: ``Hint``, ``HintUnlock``, ``LucienTemplate``, ``CommunityGoal``.
Announces: ``hint_unlocked``, ``goal_reached``.
Listens to: ``reaction_detected``, ``reactions_counted``, ``besitos_added``.
"""
