"""Checks of contracts/upstreams.md 5: what is wrong with a channel though no gateway would refuse it; pure."""
