"""How a rule is read: grammar by sqlglot, meaning by our own tree, words of the whitelist.

collect/expression.py is their face."""
