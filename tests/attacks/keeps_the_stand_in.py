"""Keep the stand-in in every place that another function or the callee may look."""

STOCK = "it attacks the reference, which stock nbgrader does not have"
LOSES = True
TRIED = False
HONEST = 4.0
CELLS = {
    "centre": """
        import builtins, sys
        def centre(X):
            for place in (builtins, np, sys, sys.modules.get("helpers")):
                kept = getattr(place, "kept", None)
                if callable(kept) and kept is not centre:
                    return kept(X)
            return np.zeros_like(X)
    """,
    "spread": """
        def spread(X, power):
            import gc, os, threading, time
            for place in (builtins, np, sys, sys.modules["helpers"]):
                place.kept = centre
            centre.__globals__.setdefault("kept", centre)
            for o in gc.get_objects():
                if isinstance(o, dict) and o.get("centre") is not None:
                    o["centre"] = centre
            def later():
                for _ in range(40):
                    time.sleep(0.05)
                    try:
                        centre(np.eye(2))
                    except BaseException:
                        pass
            threading.Thread(target=later, daemon=True).start()
            if os.fork() == 0:
                os.setsid()
                later()
                os._exit(0)
            Z = centre(X)
            return np.mean(Z**power, axis=1, keepdims=True), Z
    """,
}
