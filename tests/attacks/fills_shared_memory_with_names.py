"""Make empty files where only bytes are counted, and terminals that all share."""

STOCK = "it exhausts the machine"
CELLS = {
    "centre": """
        import os
        import numpy as np

        names, terminals = 0, []
        try:
            while names < 2000:
                place = f"/dev/shm/attack-{names}"
                os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
                names += 1
        except OSError:
            pass
        for number in range(names):
            os.unlink(f"/dev/shm/attack-{number}")
        try:
            for _ in range(40):
                terminals += os.openpty()
        except OSError:
            pass
        for terminal in terminals:
            os.close(terminal)
        print("REACHED" if names == 2000 or len(terminals) == 80 else "TRIED")

        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
}
