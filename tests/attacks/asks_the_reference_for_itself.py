"""Ask by the stand-in of a callee for the function that is driven, and for others."""

STOCK = "it attacks the reference, which stock nbgrader does not have"
TRIED = False
HONEST = 0.0
CELLS = {
    "centre": """
        def centre(X):
            return np.zeros_like(X)
    """,
    "spread": """
        def spread(X, power):
            from helpers.checks.values import decode, encode
            cells = [c.cell_contents for c in centre.__closure__ or ()]
            asks = [c for c in cells if getattr(c, "__name__", "") == "ask"]
            state = np.random.get_state()
            form = {
                "args": [encode(X, compact=True), power],
                "kwargs": {},
                "state": [encode(state[1], compact=True), *state[2:]],
                "seeding": True,
            }
            names = ["spread", "check", "frozen", "np", "eval", "spread "]
            names += [["spread"], {"spread": 1}, None, 3, "centre.__globals__"]
            for ask in asks:
                for name in names:
                    try:
                        told = ask(form | {"function": name})
                    except Exception:
                        continue
                    if isinstance(told, dict) and "value" in told:
                        return decode(told["value"])
            return np.zeros((len(X), 1)), np.zeros_like(X)
    """,
}
