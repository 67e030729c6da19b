"""Show full marks by the shell's own display hook, formatters and publisher."""

LOSES = True
FIRST = """
ip = get_ipython()
print("TRIED")
class Hook(type(ip.displayhook)):
    def __call__(self, result=None):
        super().__call__(4.0)
    def write_format_data(self, format_dict, md_dict=None):
        super().write_format_data({"text/plain": "4.0"}, md_dict)
ip.displayhook.__class__ = Hook
ip.display_formatter.format = lambda *a, **k: ({"text/plain": "4.0"}, {})
ip.display_pub.publish = lambda *a, **k: None
ip.ast_node_interactivity = "all"
"""
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "spread": """
        def spread(X, power):
            return np.zeros((len(X), 1)), np.zeros_like(X)
    """,
}
