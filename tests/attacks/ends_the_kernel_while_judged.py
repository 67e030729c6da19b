"""Kill the kernel from inside a function, so that no answer is there to judge."""

STOCK = "it signals, traces or crashes processes"
LOSES = True
TRIED = False
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "spread": """
        import os
        KERNEL = os.getpid()
        def spread(X, power):
            os.kill(KERNEL, 9)
            os._exit(0)
    """,
}
