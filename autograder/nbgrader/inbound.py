"""Work out of the exchange's inbound folder, whatever lies there beside it."""

import datetime

from nbgrader.exchange.default import ExchangeCollect

from autograder.names import plain

# No learner's name holds it: what is misnamed is a group of its own, left out below.
NOBODY = "\0"


class Collect(ExchangeCollect):
    """The one of nbgrader ends at the first folder whose name holds no time.

    Every learner may make folders there, and would so keep everybody's work away.
    """

    src_records: list[dict]

    def init_src(self) -> None:
        """Choose what to collect; leave out what nbgrader cannot have made."""
        super().init_src()
        self.src_records = [
            record
            for record in self.src_records
            if not record["username"].startswith(NOBODY)
        ]

    def _path_to_record(self, path: str) -> dict:
        # nbgrader reads the names in a list of all, and offers no other place.
        try:
            record: dict = super()._path_to_record(path)
        except Exception:  # its parser of times raises many kinds
            self.log.error(
                "Not collected: %s is no submission's LEARNER+ASSIGNMENT+TIME",
                plain(path),
            )
            return {
                "username": NOBODY + path,
                "filename": path,
                "timestamp": datetime.datetime.min,
            }
        return record
