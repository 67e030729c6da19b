"""Get rights back by a user namespace, and mount what was hidden."""

STOCK = "it is about the rights of a sandbox, which stock nbgrader does not have"
FIRST = """
import ctypes, os, subprocess
libc = ctypes.CDLL(None, use_errno=True)

def works(call):
    child = os.fork()
    if child == 0:
        os._exit(0 if call() == 0 else 1)
    return os.waitpid(child, 0)[1] == 0

os.mkdir("empty")
for flags in (0x10000000, 0x20000000, 0x40000000, 0x04000000):
    if works(lambda: libc.unshare(flags)):
        print("REACHED", hex(flags))
if os.getuid() and works(lambda: libc.setuid(0)):
    print("REACHED root")
if works(lambda: libc.chroot(b"empty")):
    print("REACHED another root")
if libc.mount(b"none", b"empty", b"tmpfs", 0, b"size=4k") == 0:
    print("REACHED a mount")
    libc.umount2(b"empty", 2)
for command in (["unshare", "-U", "true"], ["unshare", "-r", "true"]):
    try:
        if subprocess.run(command, capture_output=True, timeout=3).returncode == 0:
            print("REACHED", command)
    except (OSError, subprocess.SubprocessError):
        pass
print("TRIED")
"""
