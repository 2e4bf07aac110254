"""Standard names that operators ask for most (contracts/models.md 3)."""

from __future__ import annotations

from typing import Final

PRESETS: Final[dict[str, tuple[str, ...]]] = {
    "common": (
        "gpt-4o", "gpt-4o-mini", "o3", "o3-mini", "gpt-5", "gpt-5-mini", "gpt-5-codex",
        "claude-4.5-haiku", "claude-4.5-sonnet", "claude-4.1-opus",
        "gemini-2.5-pro", "gemini-2.5-flash",
        "mistral-small", "mistral-large", "mistral-medium",
        "deepseek-chat", "deepseek-reasoner",
        "glm-4.6", "glm-4.5", "glm-4.5-air",
        "qwen-max", "qwen-plus", "qwen-flash", "qwen-coder",
    ),
}  # fmt: skip
"""Lists of standard names by the word that stands for them in `redirect: {standards: …}`."""
