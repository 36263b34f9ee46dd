"""Measuring a whole state: many districts at once against one hub, and one district alone for comparison."""
