"""The map in words and tables, as paper and slides tell it: findings, stages, certainty, contracts.

build.report makes it of a document; paper and office lay it out. Nothing is measured, rounded or left out twice.
"""
