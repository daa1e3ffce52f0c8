"""What the map shows, its lanes, its exports.

build.build_map makes a document of answers; exports.exporter writes it. Each export is a module of its own.
"""
