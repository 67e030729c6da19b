"""Get rights back by a user namespace, and mount what was hidden."""

FIRST = """
import ctypes, os, subprocess
libc = ctypes.CDLL(None, use_errno=True)
walls = True
for flags in (0x10000000, 0x10020000, 0x20000000, 0x40000000):
    if libc.unshare(flags) == 0:
        print("REACHED", hex(flags))
        walls = False
# Whoever may not unshare may not mount either; where unsharing worked there are no
# walls, and trying on would change the machine itself.
if walls:
    for call in (lambda: libc.mount(b"none", b"elsewhere", b"tmpfs", 0, None),
                 lambda: libc.umount2(b"elsewhere", 2), lambda: libc.chroot(b"."),
                 lambda: libc.setuid(0) if os.getuid() else -1,
                 lambda: libc.syscall(272, 0x10000000)):
        if call() == 0:
            print("REACHED", call)
    try:
        command = ["unshare", "-U", "true"]
        if subprocess.run(command, capture_output=True, timeout=3).returncode == 0:
            print("REACHED", command)
    except (OSError, subprocess.SubprocessError):
        pass
print("TRIED")
"""
