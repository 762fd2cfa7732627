// Emmett, an event store for Node.js, with the event counters projection that
// our stores are measured with, as fast as its source allows: all events come
// in one batch, which is one transaction, nothing is polled for before the last
// one is processed, and PostgreSQL gets a prepared statement.
//
//   node emmett.mjs memory COUNT
//   node emmett.mjs sqlite FILE fill COUNT
//   node emmett.mjs sqlite FILE run COUNT
//   node emmett.mjs postgresql URI fill COUNT
//   node emmett.mjs postgresql URI run COUNT
//
// `fill` appends events to an empty store. `run` processes them with a new
// processor and prints events and seconds as one line of JSON.

import {
  getInMemoryDatabase,
  inMemoryProjector,
} from "@event-driven-io/emmett";
import {
  getPostgreSQLEventStore,
  postgreSQLEventStoreConsumer,
  postgreSQLProjection,
} from "@event-driven-io/emmett-postgresql";
import {
  getSQLiteEventStore,
  sqliteConnection,
} from "@event-driven-io/emmett-sqlite";

const eventsPerStream = 200;
const topics = ["AccountOpened", "AmountBooked"];
const createdName = "CREATED_EVENTS";
const subsequentName = "SUBSEQUENT_EVENTS";

/** Returns the event at `place` of its stream. */
function event(place, number) {
  const timestamp = "2024-05-01T00:00:00.123456+00:00";
  return place === 0
    ? {
        type: "AccountOpened",
        data: { timestamp, owner: "Grace Brewster Hopper", currency: "EUR" },
      }
    : {
        type: "AmountBooked",
        data: {
          timestamp,
          amount_cents: (number * 7919) % 10_000_000,
          reference: `invoice-${number}`,
          purpose: "monthly subscription",
        },
      };
}

const counterOf = (x) => (x.type === "AccountOpened" ? createdName : subsequentName);

/** Appends `count` events to `store`, a stream after the other. */
async function fill(store, count) {
  for (let number = 0; number < count; number += eventsPerStream) {
    const size = Math.min(eventsPerStream, count - number);
    const events = Array.from({ length: size }, (_, i) => event(i, number + i));
    await store.appendToStream(`account-${number}`, events);
  }
}

/** Runs `process` and prints what it took. */
async function measure(count, process) {
  const start = performance.now();
  await process();
  const seconds = (performance.now() - start) / 1000;
  console.log(JSON.stringify({ events: count, seconds }));
}

function check(counters, count) {
  const created = Number(counters[createdName] ?? 0);
  const subsequent = Number(counters[subsequentName] ?? 0);
  if (created + subsequent !== count)
    throw new Error(`${created} and ${subsequent} events counted, not ${count}`);
}

/** Returns what is true for the last of `count` messages. */
function lastOf(count) {
  let seen = 0;
  return () => ++seen === count;
}

async function memory(count) {
  const messages = Array.from({ length: count }, (_, number) => ({
    ...event(number % eventsPerStream, number),
    kind: "Event",
    metadata: {
      messageId: `message-${number}`,
      streamName: `account-${number - (number % eventsPerStream)}`,
      streamPosition: BigInt((number % eventsPerStream) + 1),
      globalPosition: BigInt(number + 1),
    },
  }));
  const database = getInMemoryDatabase();
  // Its own documents would be copied and compared at every event; variables
  // are several times as fast.
  const counters = { [createdName]: 0, [subsequentName]: 0 };
  const projector = inMemoryProjector({
    processorId: "eventcounters",
    connectionOptions: { database },
    projection: {
      name: "eventcounters",
      canHandle: topics,
      handle: (events) => {
        for (const x of events) ++counters[counterOf(x)];
      },
    },
  });
  await projector.start({ database });
  await measure(count, () => projector.handle(messages, { database }));
  check(counters, count);
}

const pulling = (count) => ({ batchSize: count, pullingFrequencyInMs: 0 });

async function sqlite(fileName, action, count) {
  // One connection for all, because opening one for every call takes time and
  // its first statement, which is not waited for, can be in the way of a commit.
  const connection = sqliteConnection({ fileName });
  await connection.query("PRAGMA journal_mode");
  const store = getSQLiteEventStore({
    fileName,
    connectionOptions: { singleton: true, connection },
  });
  if (action === "fill") {
    await fill(store, count);
    return connection.close();
  }
  await connection.batchCommand([
    "CREATE TABLE IF NOT EXISTS eventcounters (name TEXT PRIMARY KEY, counter INTEGER)",
    `INSERT OR REPLACE INTO eventcounters VALUES ('${createdName}', 0), ('${subsequentName}', 0)`,
  ]);
  const consumer = store.consumer({ pulling: pulling(count) });
  const change = "UPDATE eventcounters SET counter = counter + 1 WHERE name = ?";
  consumer.processor({
    processorId: `eventcounters-${process.pid}-${Date.now()}`,
    startFrom: "BEGINNING",
    stopAfter: lastOf(count),
    eachMessage: async (x, context) => {
      await context.connection.command(change, [counterOf(x)]);
    },
  });
  await measure(count, () => consumer.start());
  const rows = await connection.query("SELECT name, counter FROM eventcounters");
  check(Object.fromEntries(rows.map((x) => [x.name, x.counter])), count);
  connection.close();
  await consumer.close();
}

async function postgresql(connectionString, action, count) {
  if (action === "fill") {
    const store = getPostgreSQLEventStore(connectionString);
    await fill(store, count);
    return store.close();
  }
  const change = {
    name: "count-event",
    text: "UPDATE eventcounters SET counter = counter + 1 WHERE name = $1",
  };
  const consumer = postgreSQLEventStoreConsumer({
    connectionString,
    pulling: pulling(count),
  });
  let counters = {};
  consumer.projector({
    processorId: `eventcounters-${process.pid}-${Date.now()}`,
    startFrom: "BEGINNING",
    stopAfter: lastOf(count),
    hooks: {
      onStart: async ({ connection }) => {
        await connection.client.query(
          "CREATE TABLE IF NOT EXISTS eventcounters (name text PRIMARY KEY, counter bigint); " +
            "DELETE FROM eventcounters; " +
            `INSERT INTO eventcounters VALUES ('${createdName}', 0), ('${subsequentName}', 0)`,
        );
      },
      onClose: async ({ connection }) => {
        const found = await connection.client.query(
          "SELECT name, counter FROM eventcounters",
        );
        counters = Object.fromEntries(found.rows.map((x) => [x.name, x.counter]));
      },
    },
    projection: postgreSQLProjection({
      name: "eventcounters",
      canHandle: topics,
      handle: async (events, { connection }) => {
        for (const x of events)
          await connection.client.query({ ...change, values: [counterOf(x)] });
      },
    }),
  });
  await measure(count, () => consumer.start());
  check(counters, count);
  await consumer.close();
}

const [backend, ...rest] = process.argv.slice(2);
const count = Number(rest.at(-1));
if (backend === "memory") await memory(count);
else if (backend === "sqlite") await sqlite(rest[0], rest[1], count);
else if (backend === "postgresql") await postgresql(rest[0], rest[1], count);
else {
  const isHelp = backend === "--help";
  const write = isHelp ? console.log : console.error;
  write("usage: node emmett.mjs memory COUNT | BACKEND PLACE fill|run COUNT");
  process.exitCode = isHelp ? 0 : 2;
}
