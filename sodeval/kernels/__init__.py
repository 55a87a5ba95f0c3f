"""Compiled loops over bytes.

Every file here is self-contained: Numba's on-disk cache notices a change only in the file a
function stands in, so nothing is imported from a sibling and constants come as arguments.
Kernels know bytes, tables and counts; they do not know metrics, protocols or files.
"""
