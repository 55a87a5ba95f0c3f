"""Drop-in faces: other packages' classes and names over our kernels.

``from sodeval.compat import py_sod_metrics`` is PySODMetrics 1.6.2's package.
"""
