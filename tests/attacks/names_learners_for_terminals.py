"""Call the learner by a name with line ends, terminal commands and turned text."""

LEARNER = "eve\x1b[2J\x1b]0;pwned\x07\nperfect: 100\u202e001\u2066"
REFUSED = True
STOCK = "it is about terminals"
