"""Tell another learner bits by which parts of common files are in memory."""

STOCK = "it is about the rights of a sandbox, which stock nbgrader does not have"
FIRST = """
import ctypes, mmap, os, resource
libc = ctypes.CDLL(None, use_errno=True)
fd = os.open(os.__file__, os.O_RDONLY)
buffer = bytearray(4096)
try:
    os.preadv(fd, [buffer], 0, os.RWF_NOWAIT)
    print("REACHED: read if in memory")
except BlockingIOError:
    print("REACHED: not in memory")
except OSError:
    pass
try:
    os.posix_fadvise(fd, 0, 4096, os.POSIX_FADV_DONTNEED)
    print("REACHED: dropped from memory")
except OSError:
    pass
if libc.readahead(fd, ctypes.c_long(0), ctypes.c_size_t(4096)) == 0:
    print("REACHED: read ahead")
page = mmap.mmap(fd, 4096, prot=mmap.PROT_READ, flags=mmap.MAP_PRIVATE)
libc.mmap.restype = ctypes.c_void_p
at = libc.mmap(None, ctypes.c_size_t(4096), 1, 2, fd, ctypes.c_long(0))
vector = (ctypes.c_ubyte * 1)()
if libc.mincore(ctypes.c_void_p(at), ctypes.c_size_t(4096), vector) == 0:
    print("REACHED: asked whether it is in memory")
for advice in (3, 20, 21, 22):  # WILLNEED, COLD, PAGEOUT, POPULATE_READ
    if libc.madvise(ctypes.c_void_p(at), ctypes.c_size_t(4096), advice) == 0:
        print("REACHED: advice", advice)
cachestat, io_uring_setup = 451, 425
ranges, found = (ctypes.c_uint64 * 2)(0, 4096), (ctypes.c_uint64 * 5)()
if libc.syscall(cachestat, fd, ranges, found, 0) == 0:
    print("REACHED: counted what is in memory")
if libc.syscall(io_uring_setup, 1, (ctypes.c_char * 120)()) >= 0:
    print("REACHED: a ring")
usage = (ctypes.c_long * 18)()
if libc.getrusage(0, usage) == 0:
    print("REACHED: counted faults")
child = os.fork()
if child == 0:
    os._exit(0)
if libc.wait4(child, None, 0, usage) == child:
    print("REACHED: counted a child's faults")
else:
    os.waitpid(child, 0)
print("TRIED")
"""
