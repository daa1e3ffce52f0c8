"""Edge, inwards: files in the shapes that businesses export."""
