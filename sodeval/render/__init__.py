"""A report as text, tables, files and figures; each file here is loaded only when it is asked for.

``flat`` holds what all of them share: columns and their headings, cells, the best scores among
comparable results, and signatures with what they belong to.
"""
