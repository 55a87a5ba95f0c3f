"""The networks, one file an architecture, written from their published descriptions.

Each module has the state-dict keys of the authors' checkpoints, so that these load strictly, and a
method ``final(x)``: normalised float32 (N, 3, H, W) to the output that the saliency map (or the
label map) is made of. Nothing here reads files, resizes photographs or makes bytes.
"""
