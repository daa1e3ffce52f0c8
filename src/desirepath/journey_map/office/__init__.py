"""The map for office programs: a workbook (xlsx) and slides (pptx), both of things that can be edited.

workbook.py writes cells of a sheet, each by its unit; sheets.py and about.py fill them. package.py makes the
same map the same file. slides.py lays shapes on slides; deck.py says which.
"""
