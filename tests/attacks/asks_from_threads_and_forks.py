"""Ask the reference from many threads and forked processes at once."""

STOCK = "it attacks the reference, which stock nbgrader does not have"
LOSES = True
TRIED = False
HONEST = 4.0
CELLS = {
    "centre": """
        def centre(X):
            return np.zeros_like(X)
    """,
    "spread": """
        def spread(X, power):
            import os, threading, time
            def ask():
                for _ in range(20):
                    try:
                        centre(X)
                    except BaseException:
                        pass
            children = []
            for _ in range(3):
                pid = os.fork()
                if pid == 0:
                    ask()
                    os._exit(0)
                children.append(pid)
            threads = [threading.Thread(target=ask, daemon=True) for _ in range(5)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(1.0)
            Z = centre(X)
            return np.mean(Z**power, axis=1, keepdims=True), Z
    """,
}
