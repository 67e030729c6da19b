"""Open more sockets in many processes than memory could hold what fits into them."""

STOCK = "it exhausts the machine"
TRIED = False
HONEST = 0
CELLS = {
    "centre": """
        import os
        import signal
        import socket
        import time

        children = []
        for _ in range(36):
            child = os.fork()
            if child == 0:
                kept = []
                try:
                    while len(kept) < 110:
                        kept.append(socket.socketpair())
                finally:
                    time.sleep(4)
                    os._exit(0)
            children.append(child)
        time.sleep(3)
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        print("REACHED")
    """,
}
