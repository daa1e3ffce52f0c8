"""The map for office programs: a workbook (xlsx) and slides (pptx), both of things that can be edited.

workbook.py writes cells of a sheet, each by its unit; sheets.py fills them, xlsx.py orders them. slides.py lays
shapes on slides; map_slides.py, charts.py and pptx.py say which. package.py makes the same map the same file.
"""
