"""Which ways do customers take, and from where to where? Walks, the paths along them, the transitions between."""
