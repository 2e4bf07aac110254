"""Plans, reports, findings and live channels as text, markdown and JSON: pure functions that print nothing."""
