"""Make a device file of the disk, or open the ones that are there."""

STOCK = "it is about the rights of a sandbox, which stock nbgrader does not have"
FIRST = """
import os, stat
for kind, major in ((stat.S_IFBLK, 254), (stat.S_IFCHR, 1)):
    try:
        os.mknod("device", 0o600 | kind, os.makedev(major, 1))
        os.close(os.open("device", os.O_RDONLY))
        print("REACHED", major)
    except OSError:
        pass
for name in ("mem", "kmem", "vda", "sda", "kmsg", "fuse", "kvm"):
    try:
        os.close(os.open("/dev/" + name, os.O_RDONLY))
        print("REACHED", name)
    except OSError:
        pass
print("TRIED")
"""
