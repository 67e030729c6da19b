"""Hand in modules that a kernel imports while it starts."""

from tests.attacks.suite import running

FIRST = 'print("TRIED")'


def prepare(place):
    """Put them beside the notebook."""
    code = "import subprocess; subprocess.Popen(['sleep', '9.1187'])\n"
    for name in (
        "ipykernel_launcher",
        "sitecustomize",
        "usercustomize",
        "json",
        "debugpy",
        "zmq",
        "ipykernel",
        "IPython",
        "traitlets",
        "tornado",
    ):
        (place.submission / f"{name}.py").write_text(code)
    startup = place.submission / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-forged.py").write_text(code)


def harm(place):
    """Look for the process that one of them would have started."""
    return running("9.1187")
