import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTopics } from './schema/create-topics.js';
import { metadata } from './schema/metadata.js';
import { FrontFixture } from './testing/front-fixture.test.js';
import { TestClient } from './testing/test-client.test.js';
import { ZERO_UUID } from './wire/wire-reader.js';
import { ErrorCode } from './error-code.js';

const front = new FrontFixture({ nodes: 3 });

before(async () => {
  await front.start();
  await front.renewClient();
});
after(() => front.stop());

test('one process is as many nodes as clients expect, on ports of their own', async () => {
  const { brokers, controllerId } = await front.client.call(metadata, 9, { topics: [] });
  assert.deepEqual(
    brokers.map(({ nodeId, host }) => [nodeId, host]),
    [
      [1, '127.0.0.1'],
      [2, '127.0.0.1'],
      [3, '127.0.0.1'],
    ],
  );
  assert.equal(controllerId, 1);
  assert.equal(brokers[0].port, front.port);
  for (const { port } of brokers) {
    const client = await TestClient.connect(port);
    assert.deepEqual((await client.call(metadata, 9, { topics: [] })).brokers, brokers, `seen from ${port}`);
    client.close();
  }
});

test('topics have replicas, as many as there are nodes at most, and leaders everywhere', async () => {
  const make = async (name: string, replicationFactor: number, numPartitions = 6) => {
    const topic = { name, numPartitions, replicationFactor, assignments: [], configs: [] };
    return (await front.client.call(createTopics, 7, { topics: [topic] })).topics[0];
  };
  assert.equal((await make('four', 4)).errorCode, ErrorCode.invalidReplicationFactor);
  assert.equal((await make('three', 3)).replicationFactor, 3);
  const { topics } = await front.client.call(metadata, 12, { topics: [{ name: 'three', topicId: ZERO_UUID }] });
  const [{ partitions }] = topics;
  assert.deepEqual(new Set(partitions.map(({ leaderId }) => leaderId)), new Set([1, 2, 3]));
  for (const { leaderId, replicaNodes, isrNodes } of partitions) {
    assert.equal(replicaNodes[0], leaderId);
    assert.deepEqual(
      replicaNodes.toSorted((a, b) => a - b),
      [1, 2, 3],
    );
    assert.deepEqual(isrNodes, replicaNodes);
  }
});
