"""What Celery does over its SQS transport: a worker takes tasks, delayed ones and ones that are tried again. Arguments: endpoint, access key, secret."""

import sys
import threading
import time
import urllib.parse

from celery import Celery
from celery.contrib.testing.worker import start_worker

host = sys.argv[1].removeprefix("http://")
key, secret = (urllib.parse.quote(each, safe="") for each in sys.argv[2:4])
app = Celery("probe", broker=f"sqs://{key}:{secret}@{host}")
app.conf.update(
    broker_transport_options={
        "region": "us-east-1",
        "is_secure": False,
        "wait_time_seconds": 2,
        "polling_interval": 0.1,
        "visibility_timeout": 30,
        "queue_name_prefix": "celery-",
    },
    task_default_queue="probe",
    worker_enable_remote_control=False,
    broker_connection_retry_on_startup=True,
)
done = {}
changed = threading.Condition()


def note(key, value):
    with changed:
        done.setdefault(key, []).append(value)
        changed.notify_all()


def wait_for(key, count):
    with changed:
        assert changed.wait_for(lambda: len(done.get(key, [])) >= count, 30), (key, done)
    return done[key]


@app.task
def add(a, b):
    note("add", a + b)


@app.task
def late(sent):
    note("late", time.time() - sent)


@app.task(bind=True, max_retries=3)
def stubborn(self):
    note("stubborn", self.request.retries)
    if self.request.retries < 2:
        raise self.retry(countdown=1)


with start_worker(app, perform_ping_check=False, pool="solo", loglevel="ERROR"):
    for n in range(25):
        add.delay(n, n)
    assert sorted(wait_for("add", 25)) == [2 * n for n in range(25)], done
    print("tasks")
    late.apply_async((time.time(),), countdown=2)
    assert wait_for("late", 1)[0] >= 2, done
    print("delayed")
    stubborn.delay()
    assert wait_for("stubborn", 3) == [0, 1, 2], done
    print("retries")
print("done")
