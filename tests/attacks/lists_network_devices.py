"""Look for network devices and routes through which to get out."""

STOCK = "it is about the network, which the protection of that run takes away"
FIRST = """
import socket
names = [name for _, name in socket.if_nameindex()] if False else []
try:
    names = [line.split(":")[0].strip() for line in open("/proc/self/net/dev")][2:]
except OSError:
    pass
try:
    routes = open("/proc/self/net/route").read().splitlines()[1:]
except OSError:
    routes = []
print("REACHED" if set(names) - {"lo"} or routes else "TRIED", names, routes)
"""
