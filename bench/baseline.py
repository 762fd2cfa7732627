#!/usr/bin/env python3
"""The Python program that the node is measured against: one thread, the json module.

It answers well-formed requests as `projection-node --compact` does. Rows are found
through a dictionary by id. Run it as `baseline.py < requests > replies`.
"""

import argparse
import json
import sys

WRITE_CHARACTERS = 1 << 16
FOLDED = ("UserCreated", "UserUpdated", "UserDeleted")

encode = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":")
).encode


def merge_patch(target, patch):
    """Returns `target` with `patch` merged into it as RFC 7396 has it."""
    if not isinstance(patch, dict):
        return patch
    if not isinstance(target, dict):
        target = {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        elif isinstance(value, dict):
            target[name] = merge_patch(target.get(name), value)
        else:
            target[name] = value
    return target


def identity(row):
    """Returns the id of a row, or None if it has none."""
    row_id = row.get("id") if isinstance(row, dict) else None
    return row_id if isinstance(row_id, (str, int, float)) else None


class Projection:
    """A state and its version."""

    def __init__(self, initial=()):
        self.initial = encode(initial)
        self.reset()

    def reset(self):
        self.state = json.loads(self.initial)
        self.version = 0
        self.rows = {}
        if isinstance(self.state, list):
            for row in self.state:
                if identity(row) is not None:
                    self.rows.setdefault(row["id"], row)

    def apply(self, event):
        self.version += 1
        if not isinstance(self.state, list):
            self.state = merge_patch(self.state, event)
            return
        row_id = identity(event)
        if row_id is None:
            self.state.append(event)
            return
        row = self.rows.get(row_id)
        if row is not None:
            merge_patch(row, event)
        else:
            self.state.append(event)
            self.rows[row_id] = event


class ReadModel:
    """One of the default read models: rows by entity, in order of first appearance."""

    def __init__(self, name, find_by, fields=None):
        self.name, self.find_by, self.fields = name, find_by, fields
        self.rows = {}
        self.version = 0

    def apply(self, kind, payload):
        """Folds one event. Returns whether it concerned this read model."""
        if kind not in FOLDED or "id" not in payload:
            return False
        self.version += 1
        if kind == "UserDeleted":
            self.rows.pop(payload["id"], None)
            return True
        if self.fields:
            payload = {name: payload[name] for name in payload if name in self.fields}
        self.rows[payload["id"]] = merge_patch(self.rows.get(payload["id"]), payload)
        return True

    def find(self, key):
        return [row for row in self.rows.values() if row.get(self.find_by) == key]


class Node:
    """Carries out requests one after another."""

    def __init__(self):
        self.projections = {}
        self.subscribed = set()
        self.processed = set()
        self.models = [
            ReadModel("user_listing", "id"),
            ReadModel("user_by_email", "email", ("id", "email")),
        ]

    def projection(self, name):
        found = self.projections.get(name)
        if found is None:
            found = self.projections[name] = Projection()
        return found

    def create(self, body):
        self.projections[body["name"]] = Projection(body.get("initial_state", []))
        return "projection_created", {"name": body["name"], "version": 0}

    def update(self, body):
        target = self.projection(body["projection"])
        target.apply(body["event"]["event_data"])
        reply = {"projection": body["projection"], "version": target.version}
        if body.get("include_state", True):
            reply["state"] = target.state
        return "projection_updated", reply

    def rebuild(self, body):
        target = self.projection(body["projection"])
        target.reset()
        for event in body["events"]:
            target.apply(event["event_data"])
        version = target.version
        reply = {"projection": body["projection"], "events_processed": version}
        return "projection_rebuilt", reply | {"version": version}

    def query(self, body):
        target = self.projections[body["projection"]]
        reply = {"projection": body["projection"], "version": target.version}
        return "projection_state", reply | {"state": target.state}

    def subscribe(self, body):
        self.subscribed.update(body["event_types"])
        return "subscribed", {"event_types": body["event_types"]}

    def event(self, body):
        event = body["event"]
        event_id, kind, payload = event["id"], event["type"], event["payload"]
        reason = None
        if event_id in self.processed:
            reason = "already_processed"
        elif self.subscribed and kind not in self.subscribed:
            reason = "not_subscribed"
        if reason is not None:
            return "event_skipped", {"event_id": event_id, "reason": reason}
        self.processed.add(event_id)
        updated = [model.name for model in self.models if model.apply(kind, payload)]
        return "read_models_updated", {"event_id": event_id, "updated_models": updated}

    def read_model(self, body):
        model = next(model for model in self.models if model.name == body["name"])
        rows = model.find(body["key"]) if "key" in body else list(model.rows.values())
        reply = {"name": model.name, "version": model.version}
        return "read_model_state", reply | {"state": rows}


REQUESTS = ("create", "update", "rebuild", "query", "subscribe", "event", "read_model")


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    node = Node()
    handlers = {name: getattr(node, name) for name in REQUESTS}
    gathered, size = [], 0
    sys.stdin.reconfigure(encoding="utf-8", newline="\n")
    for line in sys.stdin:
        request = json.loads(line)
        body = request.get("body", request)
        kind, fields = handlers[body["type"]](body)
        reply = {"type": kind}
        if "msg_id" in body:
            reply["in_reply_to"] = body["msg_id"]
        reply.update(fields)
        text = encode(reply)
        gathered.append(text)
        size += len(text)
        if size >= WRITE_CHARACTERS:
            sys.stdout.buffer.write(("\n".join(gathered) + "\n").encode())
            gathered, size = [], 0
    if gathered:
        sys.stdout.buffer.write(("\n".join(gathered) + "\n").encode())


if __name__ == "__main__":
    main()
