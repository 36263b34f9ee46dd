"""The agent's door over HTTPS, /agent/v1: who comes in, what they may ask; docs/reference/agent-protocol.md."""
