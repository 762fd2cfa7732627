#!/usr/bin/env python3
"""Writes the requests of one measurement to stdout, one a line.

The same arguments give the same bytes, on every machine. Rows hold texts and whole
numbers only: a fraction would cost the C++ loop a conversion that the node, which
keeps digits as they came, does not make, and would flatter the ratio.
"""

import argparse
import random
import sys

NAMES = (
    "Ada Byron",
    "Grace Hopper",
    "Alan Turing",
    "Barbara Liskov",
    "Edsger Dijkstra",
    "Tony Hoare",
    "Donald Knuth",
    "Frances Allen",
    "John Backus",
    "Lynn Conway",
)
LINES_PER_WRITE = 20_000


def row(number, visits, minute, size=0):
    """A row of about 80 bytes, or of `size` bytes, which may be from 64 on. `visits`
    and `minute` are what a changing row changes."""
    day, hour = minute // 1440 % 28 + 1, minute // 60 % 24
    if size:
        short = f'{{"id":"{number}","visits":{visits},"note":""}}'
        note = "x" * (size - len(short))
        return f'{short[:-2]}{note}"}}'
    return (
        f'{{"id":"user-{number}","name":"{NAMES[number % 10]}","visits":{visits},'
        f'"seen":"2024-05-{day:02}T{hour:02}:{minute % 60:02}Z"}}'
    )


def rows(count, size=0):
    all_rows = (row(number, number * 7, number, size) for number in range(count))
    return f"[{','.join(all_rows)}]"


def envelope(body):
    return f'{{"src":"eventstore","dest":"projection","body":{{{body}}}}}'


def creates(projections, row_count, row_size=0):
    """Creates of projections that start with the same rows."""
    initial = rows(row_count, row_size)
    for number in range(projections):
        yield envelope(
            f'"type":"create","msg_id":{number + 1},"name":"users-{number}",'
            f'"initial_state":{initial}'
        )


def updates(arguments):
    """Creates projections, then updates random rows of theirs, in turn."""
    draw = random.Random(arguments.seed)
    size = arguments.row_bytes
    yield from creates(arguments.projections, arguments.rows, size)
    state = "" if arguments.state else ',"include_state":false'
    for number in range(arguments.count):
        place = int(draw.random() * arguments.rows)
        visits, minute = place * 7, place
        if arguments.change:
            visits, minute = int(draw.random() * 100_000), int(draw.random() * 40_000)
        yield envelope(
            f'"type":"update","msg_id":{number + 1},'
            f'"projection":"users-{number % arguments.projections}"{state},'
            f'"event":{{"event_type":"UserUpdated",'
            f'"event_data":{row(place, visits, minute, size)}}}'
        )


def events(arguments):
    """Events of 10,000 users. One in ten repeats one of the last 10,000 events, one in
    fifty deletes its user. At the end both read models are asked for."""
    draw = random.Random(arguments.seed)
    yield envelope(
        '"type":"subscribe","msg_id":0,'
        '"event_types":["UserCreated","UserUpdated","UserDeleted"]'
    )
    sent = []
    for number in range(1, arguments.count + 1):
        if sent and draw.random() < 0.1:
            event = sent[-1 - int(draw.random() * min(len(sent), 10_000))]
        else:
            user = int(draw.random() * 10_000)
            kind = "UserDeleted" if draw.random() < 0.02 else "UserUpdated"
            event = (
                f'{{"type":"{kind}","id":"evt-{len(sent)}","payload":'
                f'{{"id":"user-{user}","name":"{NAMES[user % 10]}",'
                f'"email":"user{user}@example.org",'
                f'"visits":{int(draw.random() * 100_000)}}}}}'
            )
            sent.append(event)
        yield envelope(f'"type":"event","msg_id":{number},"event":{event}')
    ask = '"type":"read_model","msg_id":1,"name":'
    yield envelope(f'{ask}"user_listing"')
    yield envelope(f'{ask}"user_by_email"')
    yield envelope(f'{ask}"user_by_email","key":"user77@example.org"')


def rebuild(arguments):
    """One rebuild in one request. With --ask, its state is asked for afterwards."""
    draw = random.Random(arguments.seed)

    def past(number):
        place = int(draw.random() * arguments.rows)
        data = row(place, int(draw.random() * 100_000), number % 40_000)
        return f'{{"event_type":"UserUpdated","event_data":{data}}}'

    yield envelope(
        f'"type":"rebuild","msg_id":1,"projection":"users-0",'
        f'"events":[{",".join(map(past, range(arguments.count)))}]'
    )
    if arguments.ask:
        yield envelope('"type":"query","msg_id":2,"projection":"users-0"')


def ids(count, derived):
    """Events that leave nothing behind but their ids: no read model knows their type.
    The ids have 40 bytes; `derived` ones are missing, so that the node derives them."""
    for number in range(count):
        event_id = "" if derived else f'"id":"order-service/eu-west-3/{number:017}",'
        payload = f'{{"step":{number}}}' if derived else "{}"
        event = f'{{"type":"Counted",{event_id}"payload":{payload}}}'
        yield f'{{"type":"event","event":{event}}}'


KINDS = {"updates": updates, "events": events, "rebuild": rebuild}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    option = parser.add_argument
    option("kind", choices=KINDS)
    option("--count", type=int, default=500_000, help="updates or events")
    option("--projections", type=int, default=1000)
    option("--rows", type=int, default=10, help="rows of a state")
    option("--row-bytes", type=int, default=0, help="bytes of a row; 0 for about 80")
    option("--change", action="store_true", help="every update changes its row")
    option("--no-state", dest="state", action="store_false", help="replies without it")
    option("--ask", action="store_true", help="query the rebuilt projection")
    option("--seed", type=int, default=1)
    arguments = parser.parse_args()
    lines = []
    for line in KINDS[arguments.kind](arguments):
        lines.append(line)
        if len(lines) == LINES_PER_WRITE:
            sys.stdout.write("\n".join(lines) + "\n")
            lines.clear()
    if lines:
        sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
