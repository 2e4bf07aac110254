"""Live channels as the YAML that a person would have written, and edits of files that keep what people wrote there."""
