"""The programme around the match: inventory, tiers, progress, unmet needs and what universities are asked."""
