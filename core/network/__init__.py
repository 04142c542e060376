"""The network: layers recorded as in-place operations that every step replays."""
