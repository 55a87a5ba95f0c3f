"""What a model costs: parameters, multiply-adds by three rules, time, memory.

Counting never computes: networks run on tensors that have shapes and no values, so that one of
250 million parameters is counted in seconds. Nothing here needs torch until a network is counted.
"""
