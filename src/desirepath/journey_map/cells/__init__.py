"""One module for each kind of lane: answers in, cells out."""
