// The Node program that projection-node is measured against: one thread, JSON.parse and
// JSON.stringify, synchronous reads and writes.
//
// It answers well-formed requests as `projection-node --compact` does. Rows are found through a
// Map by id. Run it as `node baseline.mjs < requests > replies`.

import { readSync, writeSync } from "node:fs";

const READ_BYTES = 1 << 20;
const WRITE_CHARACTERS = 1 << 16;

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isIdentity = (value) => typeof value === "string" || typeof value === "number";

/** Returns `target` with `patch` merged into it as RFC 7396 has it. */
function mergePatch(target, patch) {
  if (!isObject(patch)) return patch;
  if (!isObject(target)) target = {};
  for (const name in patch) {
    const value = patch[name];
    if (value === null) delete target[name];
    else if (isObject(value)) target[name] = mergePatch(target[name], value);
    else target[name] = value;
  }
  return target;
}

/** A state and its version. */
class Projection {
  constructor(initial) {
    this.initial = JSON.stringify(initial);
    this.reset();
  }

  reset() {
    this.state = JSON.parse(this.initial);
    this.version = 0;
    this.rows = new Map();
    if (!Array.isArray(this.state)) return;
    for (const row of this.state) {
      if (isObject(row) && isIdentity(row.id) && !this.rows.has(row.id)) this.rows.set(row.id, row);
    }
  }

  apply(event) {
    this.version += 1;
    if (!Array.isArray(this.state)) {
      this.state = mergePatch(this.state, event);
      return;
    }
    const id = isObject(event) ? event.id : undefined;
    const row = isIdentity(id) ? this.rows.get(id) : undefined;
    if (row !== undefined) {
      mergePatch(row, event);
      return;
    }
    this.state.push(event);
    if (isIdentity(id)) this.rows.set(id, event);
  }
}

/** One of the default read models: rows by entity, in order of first appearance. */
class ReadModel {
  constructor(name, findBy, fields) {
    this.name = name;
    this.findBy = findBy;
    this.fields = fields;
    this.rows = new Map();
    this.version = 0;
  }

  /** Folds one event. Returns whether it concerned this read model. */
  apply(type, payload) {
    const removes = type === "UserDeleted";
    if (!removes && type !== "UserCreated" && type !== "UserUpdated") return false;
    if (!isIdentity(payload.id)) return false;
    this.version += 1;
    if (removes) {
      this.rows.delete(payload.id);
      return true;
    }
    let kept = payload;
    if (this.fields !== undefined) {
      kept = {};
      for (const name in payload) if (this.fields.includes(name)) kept[name] = payload[name];
    }
    this.rows.set(payload.id, mergePatch(this.rows.get(payload.id), kept));
    return true;
  }

  find(key) {
    return [...this.rows.values()].filter((row) => key === undefined || row[this.findBy] === key);
  }
}

const projections = new Map();
const subscribed = new Set();
const processed = new Set();
const models = [
  new ReadModel("user_listing", "id"),
  new ReadModel("user_by_email", "email", ["id", "email"]),
];

function projectionNamed(name) {
  let found = projections.get(name);
  if (found === undefined) projections.set(name, (found = new Projection([])));
  return found;
}

/** How each request is carried out. A handler returns the reply's type and its other fields. */
const handlers = {
  create({ name, initial_state: initial = [] }) {
    projections.set(name, new Projection(initial));
    return ["projection_created", { name, version: 0 }];
  },
  update({ projection, event, include_state: includeState = true }) {
    const target = projectionNamed(projection);
    target.apply(event.event_data);
    const { version, state } = target;
    return ["projection_updated", includeState ? { projection, version, state } : { projection, version }];
  },
  rebuild({ projection, events }) {
    const target = projectionNamed(projection);
    target.reset();
    for (const event of events) target.apply(event.event_data);
    const { version } = target;
    return ["projection_rebuilt", { projection, events_processed: version, version }];
  },
  query({ projection }) {
    const { version, state } = projections.get(projection);
    return ["projection_state", { projection, version, state }];
  },
  subscribe({ event_types: types }) {
    for (const type of types) subscribed.add(type);
    return ["subscribed", { event_types: types }];
  },
  event({ event: { id, type, payload } }) {
    if (processed.has(id)) return ["event_skipped", { event_id: id, reason: "already_processed" }];
    if (subscribed.size > 0 && !subscribed.has(type)) {
      return ["event_skipped", { event_id: id, reason: "not_subscribed" }];
    }
    processed.add(id);
    const updated = models.filter((model) => model.apply(type, payload)).map((model) => model.name);
    return ["read_models_updated", { event_id: id, updated_models: updated }];
  },
  read_model({ name, key }) {
    const model = models.find((candidate) => candidate.name === name);
    return ["read_model_state", { name, version: model.version, state: model.find(key) }];
  },
};

function answer(line) {
  const request = JSON.parse(line);
  const body = request.body ?? request;
  const [type, fields] = handlers[body.type](body);
  const numbered = body.msg_id === undefined ? { type } : { type, in_reply_to: body.msg_id };
  return JSON.stringify(Object.assign(numbered, fields)) + "\n";
}

function writeAll(text) {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; ) from += writeSync(1, bytes, from);
}

const [option] = process.argv.slice(2);
if (option !== undefined) {
  const isHelp = option === "--help";
  writeSync(isHelp ? 1 : 2, "usage: node baseline.mjs < requests > replies\n");
  process.exit(isHelp ? 0 : 2);
}

const chunk = Buffer.alloc(READ_BYTES);
let unfinished = [];
let replies = "";
for (;;) {
  const count = readSync(0, chunk);
  if (count === 0) break;
  const last = chunk.lastIndexOf(10, count - 1);
  if (last < 0) {
    unfinished.push(Buffer.from(chunk.subarray(0, count)));
    continue;
  }
  const lines = Buffer.concat([...unfinished, chunk.subarray(0, last)]).toString().split("\n");
  unfinished = [Buffer.from(chunk.subarray(last + 1, count))];
  for (const line of lines) {
    replies += answer(line);
    if (replies.length >= WRITE_CHARACTERS) {
      writeAll(replies);
      replies = "";
    }
  }
}
writeAll(replies);
