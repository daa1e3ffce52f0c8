"""The map as PDF and PNG, set by Typst: no browser, no system library, letters stay letters.

typesetting.py runs Typst over a template of ours; pdf.py and png.py say what stands on the pages.
"""
