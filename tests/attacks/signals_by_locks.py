"""Tell another learner bits by locks, leases and waiting on common files."""

STOCK = "it is about the rights of a sandbox, which stock nbgrader does not have"
FIRST = """
import ctypes, fcntl, os, struct, time
libc = ctypes.CDLL(None, use_errno=True)

def another_sees(look):
    # Another process, which opens everything anew.
    child = os.fork()
    if child == 0:
        try:
            os._exit(3 if look() else 0)
        except BaseException:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3

def locked(path, mode, take):
    def look():
        with open(path, mode) as again:
            try:
                take(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
            return False
    return look

for path, mode, take in (
    (os.__file__, "rb", fcntl.flock),
    ("/dev/null", "r+b", fcntl.flock),
    ("/dev/null", "r+b", fcntl.lockf),
):
    with open(path, mode, buffering=0) as file:
        try:
            take(file, fcntl.LOCK_EX)
        except OSError:
            continue
        if another_sees(locked(path, mode, take)):
            print("REACHED: a lock on", path)

ask = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
with open(os.__file__, "rb") as file:
    try:
        fcntl.lockf(file, fcntl.LOCK_SH)
    except OSError:
        pass
    def held():
        with open(os.__file__, "rb") as again:
            answer = fcntl.fcntl(again, fcntl.F_GETLK, ask)
            return struct.unpack("hhqqi4x", answer)[0] != fcntl.F_UNLCK
    if another_sees(held):
        print("REACHED: a lock for reading")
    for name, command, value in (
        ("a lease", fcntl.F_SETLEASE, fcntl.F_RDLCK),
        ("a lease's state", fcntl.F_GETLEASE, 0),
        ("a hint", 1036, struct.pack("Q", 3)),
        ("a hint's state", 1035, struct.pack("Q", 0)),
    ):
        try:
            fcntl.fcntl(file, command, value)
            print("REACHED:", name)
        except OSError:
            pass
folder = os.open(os.path.dirname(os.__file__), os.O_RDONLY)
try:
    fcntl.fcntl(folder, fcntl.F_NOTIFY, 0)
    print("REACHED: notice of a folder's changes")
except OSError:
    pass

# A page of a common file, at which one process waits and another counts it.
number = {"x86_64": 202, "aarch64": 98}[os.uname().machine]
file = os.open(os.__file__, os.O_RDONLY)
libc.mmap.restype = ctypes.c_void_p
page = ctypes.c_void_p(libc.mmap(None, ctypes.c_size_t(4096), 1, 1, file, 0))
value = ctypes.c_uint32.from_address(page.value).value
waiting = os.fork()
if waiting == 0:
    end = time.monotonic() + 0.5
    limit = (ctypes.c_long * 2)(0, 300_000_000)
    while time.monotonic() < end:
        libc.syscall(number, page, 0, value, limit, None, 0)
        time.sleep(0.01)
    os._exit(0)
end = time.monotonic() + 0.4
while time.monotonic() < end:
    if libc.syscall(number, page, 1, 1, None, None, 0) > 0:
        print("REACHED: somebody waits")
        break
    time.sleep(0.01)
os.waitpid(waiting, 0)
print("TRIED")
"""
