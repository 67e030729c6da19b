"""What can be drawn, and how often and how far in each set."""

# base, light, dark: natural and invented coats, the same for every animal and
# every thing, so that colour alone says nothing about the label.
COATS = {
    "orange": ((226, 142, 66), (250, 226, 194), (164, 84, 30)),
    "grey": ((142, 146, 154), (224, 226, 230), (84, 86, 96)),
    "black": ((62, 60, 68), (228, 226, 226), (30, 28, 34)),
    "white": ((238, 234, 226), (254, 252, 250), (170, 156, 142)),
    "cream": ((232, 206, 162), (252, 244, 226), (172, 128, 82)),
    "brown": ((132, 92, 62), (222, 194, 160), (74, 46, 30)),
    "sand": ((198, 166, 122), (242, 228, 202), (122, 90, 56)),
    "slate": ((92, 104, 128), (204, 212, 226), (50, 58, 78)),
    "pink": ((234, 160, 176), (254, 230, 234), (178, 84, 112)),
    "teal": ((84, 158, 154), (212, 238, 230), (34, 90, 96)),
    "violet": ((148, 120, 186), (230, 218, 244), (86, 60, 130)),
    "blue": ((98, 146, 206), (218, 234, 250), (42, 80, 146)),
    "green": ((126, 170, 96), (226, 240, 206), (64, 104, 48)),
    "red": ((196, 78, 68), (248, 214, 204), (122, 32, 34)),
}
EYES = {
    "green": (150, 204, 84),
    "amber": (240, 180, 48),
    "blue": (112, 184, 232),
    "copper": (214, 122, 48),
}
MARKINGS = ("plain", "stripes", "patch", "blaze", "mask", "spots")
MOODS = ("awake", "happy", "winking")
EXTRAS = ("nothing", "collar", "bow", "glasses")
BACKGROUNDS = ("plain", "room", "hills", "stripes", "dots", "bokeh", "night")

# Ordinary images: uniform between these.
RANGES = {
    "shift_x": (-0.047, 0.047),
    "shift_y": (-0.047, 0.047),
    "angle": (-9.5, 9.5),
    "scale": (0.86, 1.14),
    "light": (-0.35, 0.35),
    "contrast": (0.8, 1.1),
    "occlusion": (0.0, 0.0),
    "body": (0.0, 0.0),
}
# Stress images: the size of one factor, far beyond; the sign is drawn too
# where both make sense.
STRESS = {
    "shift": (0.07, 0.18),
    "angle": (12.0, 50.0),
    "scale": (1.25, 1.6),
    "light": (0.7, 1.0),
    "contrast": (0.15, 0.5),
    "occlusion": (0.2, 0.55),
    "body": (0.4, 1.0),
}
# Shares of ordinary images. A template times a sign is what defeats logistic
# regression: hence the negatives.
NEGATIVES = 0.2
OTHERS = {"dog": 0.24, "fox": 0.24, "rabbit": 0.12, "bear": 0.14, "thing": 0.26}
MOOD_SHARES = (0.7, 0.2, 0.1)
EXTRA_SHARES = (0.46, 0.22, 0.16, 0.16)
