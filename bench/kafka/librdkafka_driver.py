"""Drives one partition of a Kafka broker through librdkafka and prints what it measured as one line of JSON.

librdkafka costs several times less per record than the Java client, so the broker is more likely to be the limit.
The one argument is a JSON object: {"do": "produce" | "consume" | "drop", "bootstrap": ..., "topic": ..., and what the
functions below name}.
"""

import json
import resource
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

# Records handed to librdkafka in one call: enough that the call itself costs nothing.
CHUNK_RECORDS = 5_000


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def produce(bootstrap, topic, record_bytes, seconds, most_records):
    """Creates the topic, produces for so many seconds with acks=all, and waits until all is acknowledged."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])[topic].result(30)
    failed = []
    stats = {}

    def keep_stats(text):
        stats.update(json.loads(text))

    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "acks": "all",
            "linger.ms": 5,
            "queue.buffering.max.messages": 200_000,
            "queue.buffering.max.kbytes": 262_144,
            "delivery.report.only.error": True,
            "statistics.interval.ms": 250,
            "log_level": 2,
            "stats_cb": keep_stats,
        }
    )
    chunk = [{"value": b"r" * record_bytes} for _ in range(CHUNK_RECORDS)]
    producer.list_topics(topic, timeout=30)
    started_cpu, started = cpu_seconds(), time.monotonic()
    sent = 0
    full_seconds = 0.0
    while time.monotonic() - started < seconds and sent < most_records:
        queued = producer.produce_batch(topic, chunk, partition=0, on_delivery=lambda error, _: failed.append(str(error)))
        sent += queued
        if queued < CHUNK_RECORDS:
            # The queue is full: the driver is ahead of the broker, which is what it is for.
            waited = time.monotonic()
            producer.poll(0.005)
            full_seconds += time.monotonic() - waited
        else:
            producer.poll(0)
    left = producer.flush(60)
    elapsed = time.monotonic() - started
    driver_cpu = cpu_seconds() - started_cpu
    if left or failed:
        raise RuntimeError(f"{left} records not acknowledged, {len(failed)} failed: {failed[:1]}")
    producer.poll(0.3)
    partition = stats["topics"][topic]["partitions"]["0"]
    requests = sum(broker["req"].get("Produce", 0) for broker in stats["brokers"].values())
    low, high = watermarks(bootstrap, topic)
    return {
        "records": sent,
        "stored": high - low,
        "seconds": elapsed,
        "driver_cpu_seconds": driver_cpu,
        "queue_full_seconds": full_seconds,
        "batch_bytes": partition["txbytes"] / max(1, requests),
    }


def watermarks(bootstrap, topic):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "bench"})
    try:
        return consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=30)
    finally:
        consumer.close()


def consume(bootstrap, topic, record_bytes, records):
    """Reads the partition from its beginning until it has so many records."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "bench",
            "enable.auto.commit": False,
            "check.crcs": False,
            "log_level": 2,
            "fetch.message.max.bytes": 1_048_576,
            "queued.max.messages.kbytes": 131_072,
        }
    )
    consumer.assign([TopicPartition(topic, 0, 0)])
    got, wrong, expected = 0, 0, 0
    started = started_cpu = None
    limit = time.monotonic() + 120
    while got < records and time.monotonic() < limit:
        messages = consumer.consume(num_messages=CHUNK_RECORDS, timeout=1)
        if started is None and messages:
            started, started_cpu = time.monotonic(), cpu_seconds()
            uncounted = len(messages)
        got += len(messages)
        for message in messages[:1] + messages[-1:]:
            if message.error():
                raise RuntimeError(str(message.error()))
            wrong += len(message.value()) != record_bytes
        if messages:
            wrong += messages[0].offset() != expected
            expected = messages[-1].offset() + 1
    if started is None:
        raise RuntimeError("nothing came")
    elapsed = time.monotonic() - started
    driver_cpu = cpu_seconds() - started_cpu
    consumer.close()
    return {
        "records": got,
        "timed_records": got - uncounted,
        "wrong": wrong,
        "seconds": elapsed,
        "driver_cpu_seconds": driver_cpu,
    }


def drop(bootstrap, topic):
    # The client must outlive its futures, so it needs a name.
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.delete_topics([topic])[topic].result(30)
    return {}


OPERATIONS = {"produce": produce, "consume": consume, "drop": drop}

if __name__ == "__main__":
    order = json.loads(sys.argv[1])
    print(json.dumps(OPERATIONS[order.pop("do")](**order)))
