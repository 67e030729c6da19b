"""Open sockets of every other kind: raw, packet, netlink, virtual machine's."""

FIRST = """
import socket
kinds = [
    ("raw", socket.AF_INET, socket.SOCK_RAW, 1),
    ("raw 6", 10, socket.SOCK_RAW, 58),
    ("packet", 17, socket.SOCK_RAW, 768),
    ("packet datagrams", 17, socket.SOCK_DGRAM, 768),
    ("netlink", 16, socket.SOCK_RAW, 0),
    ("vsock", 40, socket.SOCK_STREAM, 0),
    ("bluetooth", 31, socket.SOCK_RAW, 1),
    ("crypto", 38, socket.SOCK_SEQPACKET, 0),
    ("can", 29, socket.SOCK_RAW, 1),
    ("tcp", socket.AF_INET, socket.SOCK_STREAM, 0),
    ("udp", socket.AF_INET, socket.SOCK_DGRAM, 0),
]
for name, family, kind, protocol in kinds:
    try:
        socket.socket(family, kind, protocol).close()
        print("REACHED", name)
    except OSError:
        pass
print("TRIED")
"""
STOCK = "it is about the network, which the protection of that run takes away"
