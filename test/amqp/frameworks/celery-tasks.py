"""A Celery application with a worker of its own, and what its client sees. Prints one line of JSON."""

import json
import os
import sys
import time

from celery import Celery, chain, group

app = Celery("celery-tasks", broker=os.environ["AMQP_URL"], backend="rpc://")
app.conf.update(
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    result_persistent=False,
)


@app.task(name="add")
def add(left, right):
    return left + right


@app.task(name="flaky", bind=True, max_retries=3)
def flaky(self):
    if self.request.retries < 2:
        raise self.retry(countdown=0.2)
    return self.request.retries


@app.task(name="now")
def now():
    return time.time()


def main():
    limit = 30
    seen = {}
    inspect = app.control.inspect(timeout=3)
    while not inspect.ping():
        pass
    seen["add"] = add.delay(2, 3).get(timeout=limit)
    seen["retries"] = flaky.delay().get(timeout=limit)
    begun = time.time()
    seen["countdown"] = now.apply_async(countdown=1).get(timeout=limit) - begun >= 1
    seen["group"] = group(add.s(number, number) for number in range(20))().get(timeout=limit)
    seen["chain"] = chain(add.s(1, 2), add.s(4), add.s(8))().get(timeout=limit)
    (queues,) = inspect.active_queues().values()
    seen["queues"] = [queue["name"] for queue in queues]
    (tasks,) = inspect.registered().values()
    seen["registered"] = sorted(tasks)
    (stats,) = inspect.stats().values()
    seen["done"] = stats["total"]
    revoked = now.apply_async(countdown=2)
    app.control.revoke(revoked.id)
    try:
        revoked.get(timeout=limit)
    except Exception as error:
        seen["revoked"] = type(error).__name__
    app.control.shutdown()
    print(json.dumps(seen))


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        app.worker_main(["worker", "--pool=solo", "--loglevel=WARNING", "--without-gossip"])
    else:
        main()
