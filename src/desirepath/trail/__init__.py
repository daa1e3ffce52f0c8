"""The engine: all trails as columns, their layout and build. Knows codes and times, never meaning."""
