#!/usr/bin/env python3
"""Prints the read models among the node's replies on stdin as tables.

The argument is the number of days to print. Ends with 1 where the node answered
with an error or left a read model out.
"""

import argparse
import json
import signal
import sys
import unicodedata


def read_models(lines):
    """Returns the reply for each read model by its name. Other replies only
    tell that an event was taken, unless they are errors."""
    found = {}
    for line in lines:
        reply = json.loads(line)
        if reply["type"] == "read_model_state":
            found[reply["name"]] = reply
        elif reply["type"] == "error":
            sys.exit(f"git_history: the node answered: {reply['text']}")
    return found


def shown(value):
    """Returns `value` as text that cannot move the terminal's cursor."""
    return "".join(c if c.isprintable() else "?" for c in str(value))


def columns(text):
    """Returns how many columns of a terminal `text` takes."""
    return sum(
        0 if unicodedata.combining(c)
        else 2 if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


def print_table(title, names, rows):
    """Prints `rows` under a title, each column as wide as it needs to be:
    numbers to the right, all else to the left."""
    table = [names] + [[shown(row[name]) for name in names] for row in rows]
    right = [all(isinstance(row[name], int) for row in rows) for name in names]
    widths = [max(map(columns, column)) for column in zip(*table)]
    print(title)
    for cells in table:
        line = ""
        for cell, width, to_right in zip(cells, widths, right):
            space = " " * (width - columns(cell))
            line += "  " + (space + cell if to_right else cell + space)
        print(line.rstrip())


def minutes(time):
    """Returns an ISO 8601 time without its seconds, as people write it."""
    return time[:16].replace("T", " ")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("days", type=int, help="how many of the latest days to print")
    days_max = parser.parse_args().days
    # Where the next program of the pipeline ends early, so does this one.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.stdout.reconfigure(encoding="utf-8")
    models = read_models(sys.stdin.buffer)
    if not {"authors", "days"} <= models.keys():
        sys.exit("git_history: the node ended before it answered everything")

    authors = models["authors"]["state"]
    for row in authors:
        row.update(first=minutes(row["first"]), last=minutes(row["last"]))
    authors.sort(key=lambda row: (-row["commits"], row["author"]))
    print_table(
        f"Authors: {len(authors)}, commits: {models['authors']['version']}",
        ["author", "commits", "first", "last", "added", "removed"],
        authors,
    )

    days = sorted(models["days"]["state"], key=lambda row: row["day"])
    latest = days[-days_max:]
    print()
    print_table(
        f"Days with commits: {len(days)}, the last {len(latest)} of them",
        ["day", "commits", "added", "removed"],
        latest,
    )


main()
