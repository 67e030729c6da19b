"""Never return from a function, and swallow what would end it."""

STOCK = "it exhausts the machine"
TRIED = False
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "spread": """
        def spread(X, power):
            import signal, time
            end = time.time() + 30
            signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
            while time.time() < end:
                try:
                    time.sleep(0.1)
                except BaseException:
                    pass
    """,
}
