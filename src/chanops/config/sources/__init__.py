"""Where references may point to beside the environment and files: one module each, loaded when the first one is looked up.

Each has `look_up(argument, around)`: the value, None for "not set", or LookupError with the end of a sentence and a way out.
What a program or a library says when it fails is never shown: it may repeat a secret.
"""
