"""Adapters: each turns one gateway's HTTP into live channels and changes into its HTTP."""
