"""Call the learner by bytes that are no text, which neither gradebook nor log holds."""

HONEST = 0.0
LEARNER = "bytes-\udcff\udcfe"
REFUSED = True
STOCK = "it is about names that no gradebook can hold"
