#!/usr/bin/env python3
"""Turns the commits that git_history reads from git into the node's requests.

stdin is a line `hash NUL author NUL time NUL subject` per commit, followed by
lines `added TAB removed TAB path`. stdout is a `subscribe`, a `CommitMade` event
per commit whose id is the commit's hash, and a `read_model` per read model.
"""

import argparse
import json
import signal
import sys

READ_MODELS = ("authors", "days")


def commits(lines):
    """Yields the payload of each commit with its hash, one commit at a time."""
    commit = None
    for line in lines:
        fields = line.rstrip(b"\n").split(b"\0")
        if len(fields) == 4:
            if commit:
                yield commit
            # Names and subjects may be in any encoding; a request is UTF-8.
            name, author, time, subject = (
                field.decode("utf-8", "replace") for field in fields
            )
            commit = name, {
                "author": author,
                "time": time,
                "day": time.partition("T")[0],
                "subject": subject,
                "added": 0,
                "removed": 0,
            }
        elif line.strip():
            added, removed, _ = line.split(b"\t", 2)
            # A binary file has "-" for both.
            if added != b"-":
                commit[1]["added"] += int(added)
                commit[1]["removed"] += int(removed)
    if commit:
        yield commit


def requests(lines):
    """Yields the request bodies in order, without their `msg_id`."""
    yield {"type": "subscribe", "event_types": ["CommitMade"]}
    for name, payload in commits(lines):
        event = {"type": "CommitMade", "id": name, "payload": payload}
        yield {"type": "event", "event": event}
    for name in READ_MODELS:
        yield {"type": "read_model", "name": name}


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    # Where the next program of the pipeline ends early, so does this one.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for number, request in enumerate(requests(sys.stdin.buffer), start=1):
        request["msg_id"] = number
        line = json.dumps(request, ensure_ascii=False) + "\n"
        sys.stdout.buffer.write(line.encode("utf-8"))


main()
