"""Providers, asked directly: their model lists and balances, where no gateway can ask for us."""
