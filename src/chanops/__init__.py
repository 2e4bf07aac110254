"""Channels of LLM gateways as code: YAML in, a plan out, applied on merge."""

__version__ = "0.1.0"
