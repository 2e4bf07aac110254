"""The Octopus adapter: generations G2 (v0.9) and G4 (v0.11); facts in contracts/octopus.md."""
