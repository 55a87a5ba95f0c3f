"""Saliency without weights: functions of the photograph alone.

Each file has ``saliency(image)``, uint8 (H, W, 3) RGB to uint8 (H, W), written from its paper:
the same bytes for the same photograph, no torch, no download. They are the floor that a network
should stand above, and make it possible to try everything else at once.
"""
