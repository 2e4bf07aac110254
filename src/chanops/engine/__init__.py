"""The verbs: refresh, plan, guard, apply. Knows the `Gateway` protocol and no gateway by name."""
