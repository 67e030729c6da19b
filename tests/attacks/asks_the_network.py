"""Fetch the solution, or report the hidden inputs, by way of the libraries."""

STOCK = "it is about the network, which the protection of that run takes away"
FIRST = """
import subprocess, urllib.request
try:
    urllib.request.urlopen("http://127.0.0.1:9/", timeout=1)
    print("REACHED")
except OSError:
    pass
import socket
try:
    print("REACHED", socket.getaddrinfo("localhost", 80), socket.socket())
except OSError:
    pass
try:
    subprocess.run(["bash", "-c", "echo hi > /dev/tcp/127.0.0.1/9"], timeout=2,
                   capture_output=True, check=True)
    print("REACHED by bash")
except (OSError, subprocess.SubprocessError):
    pass
print("TRIED")
"""
