import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { DIALECT_AMQP } from '../../bytes/index.js';
import type { Declared, QueueSettings } from '../broker.js';
import { BrokerError } from '../broker-error.js';
import { CoreRig } from '../testing/core-rig.test.js';
import { OPERATOR_POLICY, POLICY, type Policy, type PolicyKind } from './policies.js';
import {
  checkDefinition,
  effectiveQueueSettings,
  effectiveTopicSettings,
  mergeDefinitions,
} from './policy-definition.js';

const SOME_POLICY: Policy = {
  virtualHost: '/',
  name: 'p',
  pattern: '',
  applyTo: 'all',
  priority: 0,
  definition: { 'max-length': 2 },
};

function put(rig: CoreRig, policy: Partial<Policy>, kind: PolicyKind = POLICY): void {
  rig.core.destinations.policies.put(kind, { ...SOME_POLICY, ...policy });
}

function effective(rig: CoreRig, name: string): Partial<QueueSettings> {
  return rig.core.destinations.queue(rig.find(name)).state.settings;
}

test('of the policies that match a name the one with the highest priority holds', () => {
  const rig = new CoreRig();
  put(rig, { name: 'low', pattern: '^a', definition: { 'max-length': 9 } });
  put(rig, { name: 'high', pattern: 'b$', priority: 1, definition: { 'max-length': 5 } });
  for (const name of ['ab', 'ac', 'c']) rig.queue(name);
  assert.deepEqual(
    ['ab', 'ac', 'c'].map((name) => effective(rig, name).maxLength),
    [5, 9, undefined],
  );
});

test('a policy applies to the kinds it names', () => {
  const rig = new CoreRig();
  const { policies } = rig.core.destinations;
  put(rig, { applyTo: 'quorum_queues' });
  assert.equal(policies.appliedTo('/', 'quorum_queue', 'q').policy, 'p');
  assert.equal(policies.appliedTo('/', 'classic_queue', 'q').policy, undefined);
  put(rig, { applyTo: 'exchanges' });
  assert.equal(policies.appliedTo('/', 'exchange', 'x').policy, 'p');
  assert.equal(policies.appliedTo('/', 'stream', 's').policy, undefined);
  put(rig, { name: 'op' }, OPERATOR_POLICY);
  assert.equal(policies.appliedTo('/', 'exchange', 'x').operatorPolicy, undefined);
});

test('queues that are there change when a policy comes, changes or goes', () => {
  const rig = new CoreRig();
  const queue = rig.queue('orders');
  for (const body of ['a', 'b', 'c', 'd']) rig.publish(queue, body);
  put(rig, { definition: { 'max-length': 3 } });
  assert.equal(rig.core.counts(queue).ready, 3);
  put(rig, { definition: { 'max-length': 1 } });
  assert.equal(rig.core.counts(queue).ready, 1);
  rig.core.destinations.policies.remove(POLICY, '/', 'p');
  for (const body of ['e', 'f']) rig.publish(queue, body);
  assert.equal(rig.core.counts(queue).ready, 3);
});

test('a policy can make a queue expire, and stop it from doing so', () => {
  const rig = new CoreRig();
  rig.queue('orders');
  put(rig, { definition: { expires: 1000 } });
  rig.advance(900);
  rig.core.destinations.policies.remove(POLICY, '/', 'p');
  rig.advance(900);
  assert.ok(rig.core.findQueue('/', 'orders') >= 0);
  put(rig, { definition: { expires: 1000 } });
  rig.advance(1000);
  assert.equal(rig.core.findQueue('/', 'orders'), -1);
});

test('what a policy drops goes where the policy says', () => {
  const rig = new CoreRig();
  const queue = rig.queue('orders');
  const dead = rig.queue('dead');
  put(rig, {
    pattern: '^orders$',
    definition: { 'max-length': 1, 'dead-letter-exchange': '', 'dead-letter-routing-key': 'dead' },
  });
  for (const body of ['a', 'b']) rig.publish(queue, body);
  assert.equal(rig.core.counts(dead).ready, 1);
});

test('an exchange without an alternate of its own has the one of its policy', () => {
  const rig = new CoreRig();
  const { core } = rig;
  const target = rig.queue('unroutable');
  const flags = { durable: true, autoDelete: false, internal: false, alternate: undefined, declared: {} };
  core.createExchange('/', 'x', { type: 'direct', ...flags });
  core.createExchange('/', 'rest', { type: 'fanout', ...flags });
  core.bind('/', { source: 'rest', destination: 'unroutable', kind: 'queue', routingKey: '', arguments: new Map() });
  const reached = () => core.route('/', 'x', 'nowhere', () => new Map()).queues;
  assert.deepEqual(reached(), []);
  put(rig, { applyTo: 'exchanges', pattern: '^x$', definition: { 'alternate-exchange': 'rest' } });
  assert.deepEqual(reached(), [target]);
  assert.equal(core.exchange('/', 'x')!.alternate, undefined);
  core.destinations.policies.remove(POLICY, '/', 'p');
  assert.deepEqual(reached(), []);
});

test('policies hold again after a restart', () => {
  const rig = new CoreRig();
  rig.queue('orders');
  put(rig, { definition: { 'max-length': 1 } });
  rig.flushAll();
  const next = rig.crash();
  assert.equal(effective(next, 'orders').maxLength, 1);
});

test('a policy that cannot be understood is refused and changes nothing', () => {
  const rig = new CoreRig();
  for (const [wrong, field] of [
    [{ pattern: '(' }, 'pattern'],
    [{ applyTo: 'everything' }, 'apply-to'],
    [{ definition: {} }, 'definition'],
    [{ definition: { unknown: 1 } }, 'definition'],
    [{ definition: { 'max-length': -1 } }, 'definition'],
    [{ definition: { 'max-age': '7 days' } }, 'definition'],
    [{ priority: 0.5 }, 'priority'],
  ] as [Partial<Policy>, string][]) {
    assert.throws(
      () => put(rig, wrong),
      (error) => error instanceof BrokerError && error.kind === 'invalid-argument' && error.detail.field === field,
    );
  }
  assert.deepEqual(rig.core.destinations.policies.all(POLICY), []);
});

test('an operator may narrow, and nothing else', () => {
  checkDefinition({ 'max-length': 1, expires: 5 }, true);
  assert.throws(() => checkDefinition({ 'dead-letter-exchange': 'x' }, true), /operator/);
});

describe('what holds of a queue', () => {
  for (const [what, own, definition, expected] of [
    ['is its own where no policy speaks', { maxLength: 5 }, {}, { maxLength: 5 }],
    ['is the lower of two numbers', { maxLength: 5 }, { 'max-length': 3 }, { maxLength: 3 }],
    ['is its own number when that is the lower', { maxLength: 2 }, { 'max-length': 3 }, { maxLength: 2 }],
    ['is its own word', { overflow: 'drop-head' }, { overflow: 'reject-publish' }, { overflow: 'drop-head' }],
    ['is the policy’s word where it has none', {}, { overflow: 'reject-publish' }, { overflow: 'reject-publish' }],
    [
      'is its own dead-letter target',
      { deadLetter: { queue: 'd' } },
      { 'dead-letter-exchange': 'x' },
      { deadLetter: { queue: 'd' } },
    ],
    ['has no delivery limit where the policy lifts it', {}, { 'delivery-limit': -1 }, {}],
    [
      'has its own delivery limit against a lifted one',
      { deliveryLimit: 3 },
      { 'delivery-limit': -1 },
      { deliveryLimit: 3 },
    ],
  ] as [string, Partial<QueueSettings>, Declared, Partial<QueueSettings>][]) {
    it(what, () => assert.deepEqual(effectiveQueueSettings(own, definition), expected));
  }
});

test('a policy under an operator policy has the lower numbers and the operator’s words', () => {
  assert.deepEqual(
    mergeDefinitions(
      { 'max-length': 5, 'message-ttl': 10, overflow: 'drop-head', 'dead-letter-exchange': 'x' },
      { 'max-length': 7, 'message-ttl': 3, overflow: 'reject-publish', expires: 9 },
    ),
    { 'max-length': 5, 'message-ttl': 3, overflow: 'reject-publish', expires: 9, 'dead-letter-exchange': 'x' },
  );
});

test('a topic keeps what the stricter of both says', () => {
  assert.deepEqual(effectiveTopicSettings({ retentionMs: -1 }, { 'max-age': '1h', 'max-length-bytes': 10 }), {
    retentionMs: 3_600_000,
    retentionBytes: 10,
  });
  assert.deepEqual(effectiveTopicSettings({ retentionMs: 1000 }, { 'max-age': '1h' }), { retentionMs: 1000 });
});

test('a virtual host holds no more queues than its limit, topics included', () => {
  const rig = new CoreRig();
  const { limits } = rig.core.destinations;
  rig.queue('one');
  limits.set('/', 'max-queues', 2);
  rig.core.createTopic('/', 'two', {
    id: 'a'.repeat(32),
    partitions: 1,
    dialect: DIALECT_AMQP,
    declared: {},
    settings: {},
  });
  const isLimit = (error: unknown) => error instanceof BrokerError && error.kind === 'limit-reached';
  assert.throws(() => rig.queue('three'), isLimit);
  limits.set('/', 'max-queues', -1);
  rig.queue('three');
  limits.set('/', 'max-queues', 0);
  assert.throws(() => rig.queue('four'), isLimit);
  limits.set('/', 'max-queues', undefined);
  rig.queue('four');
});

test('a topic permission binds only who has one', () => {
  const { topicPermissions } = new CoreRig().core.destinations;
  const permission = { virtualHost: '/', user: 'ann', exchange: 'amq.topic', write: '^a\\.', read: '' };
  assert.equal(topicPermissions.put(permission), true);
  assert.equal(topicPermissions.put(permission), false);
  assert.equal(topicPermissions.allowed('ann', '/', 'amq.topic', 'write', 'a.b'), true);
  assert.equal(topicPermissions.allowed('ann', '/', 'amq.topic', 'write', 'b.a'), false);
  assert.equal(topicPermissions.allowed('ann', '/', 'amq.topic', 'read', 'a.b'), false);
  assert.equal(topicPermissions.allowed('bob', '/', 'amq.topic', 'write', 'b.a'), true);
  assert.equal(topicPermissions.remove('ann', '/', 'other'), false);
  assert.equal(topicPermissions.remove('ann', '/'), true);
  assert.equal(topicPermissions.allowed('ann', '/', 'amq.topic', 'write', 'b.a'), true);
});
