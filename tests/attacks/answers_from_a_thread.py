"""Send results from a background thread, while the cases run and after them."""

STOCK = "it attacks the way to the judge, which stock nbgrader does not have"
LOSES = True
TRIED = False
FIRST = """
import json, os, struct, sys, threading, time
end = time.time() + 12
def answer():
    outcome = {"value": 1, "right": True, "mark": 1.0, "changed": []}
    body = json.dumps({"said": outcome}).encode()
    frame = struct.pack(">I", len(body)) + body
    mine = set()
    while time.time() < end:
        for number in range(3, 64):
            try:
                link = os.readlink(f"/proc/self/fd/{number}")
                if link.startswith(("pipe:", "socket:")) and number not in mine:
                    os.set_blocking(number, False)
                    os.write(number, frame)
            except OSError:
                mine.add(number)
        for frame_ in list(sys._current_frames().values()):
            while frame_ is not None:
                answers = frame_.f_locals.get("answers")
                if isinstance(answers, list) and answers:
                    answers[-1]["outcomes"] = [{"value": 1, "right": True}] * 6
                    answers[-1].update(answers[0])
                frame_ = frame_.f_back
        time.sleep(0.001)
threading.Thread(target=answer, daemon=True).start()
"""
