"""``python -m tests.hostile --count 10000 --first 0``: many damaged files, each fault printed."""

from __future__ import annotations

import argparse
import collections
import shutil
import sys
import tempfile
import time
from pathlib import Path

from archviz.studio.home import StudioHome
from tests.hostile.judge import fault
from tests.hostile.mutate import mutation
from tests.hostile.upload import open_upload, own_temporary_folder


def main() -> int:
    """Try mutations and tell what came of them; 1 where one has a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    outcomes: collections.Counter[str] = collections.Counter()
    faults, start = 0, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder, own_temporary_folder(Path(folder) / "temporary"):
        home = StudioHome(Path(folder) / "home").prepare()
        for number in range(options.first, options.first + options.count):
            name, data = mutation(number)
            try:
                watched = open_upload(home, [(name, data)])
                found = fault(watched)
            except Exception as error:
                found, watched = f"{type(error).__name__}: {error}", None
            if found is not None:
                faults += 1
                print(f"{number} {name}: {found}", flush=True)
            refusal = watched.refusal.message if watched is not None and watched.refusal is not None else None
            crashed = refusal is not None and ("crashed" in refusal or "too much time" in refusal)
            outcomes[f"{name} {'read' if refusal is None else 'crashed or slow' if crashed else 'refused'}"] += 1
            if crashed:
                print(f"{number} {name} (refused): {refusal.rpartition('/')[2]}", flush=True)
            if number % 500 == 499:
                print(f"up to {number}: {faults} faults", flush=True)
            shutil.rmtree(home.designs)
            home.designs.mkdir()
    for outcome, count in sorted(outcomes.items()):
        print(f"{count:6d} {outcome}")
    print(f"{options.count} files, {faults} faults, {time.monotonic() - start:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
