import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeConfigs, type ConfigChange, ConfigOperation } from './config-change.js';
import { TOPIC_CONFIGS } from './topic-config.js';

const change = (name: string, operation: number, value: string | null = null): ConfigChange => ({
  name,
  operation,
  value,
});

test('values are set and deleted; what is not named stays', () => {
  const before = { 'retention.ms': '1', 'segment.bytes': '1000' };
  const after = changeConfigs(TOPIC_CONFIGS, before, [
    change('retention.ms', ConfigOperation.set, '2'),
    change('segment.bytes', ConfigOperation.delete),
    change('min.insync.replicas', ConfigOperation.set, '1'),
  ]);
  assert.deepEqual(after, { values: { 'retention.ms': '2', 'min.insync.replicas': '1' }, fault: undefined });
});

test('elements are appended to a list and taken from it, starting from its default', () => {
  const both = changeConfigs(TOPIC_CONFIGS, {}, [change('cleanup.policy', ConfigOperation.append, 'compact')]);
  assert.deepEqual(both, { values: { 'cleanup.policy': 'delete,compact' }, fault: undefined });
  const one = changeConfigs(TOPIC_CONFIGS, { 'cleanup.policy': 'delete,compact' }, [
    change('cleanup.policy', ConfigOperation.subtract, 'delete'),
  ]);
  assert.deepEqual(one, { values: { 'cleanup.policy': 'compact' }, fault: undefined });
});

test('what makes no sense changes nothing and is named', () => {
  const fault = (...changes: ConfigChange[]) => changeConfigs(TOPIC_CONFIGS, {}, changes).fault;
  assert.match(fault(change('no.such', ConfigOperation.set, '1')) ?? '', /Unknown topic config name/);
  assert.match(fault(change('retention.ms', ConfigOperation.set, 'x')) ?? '', /Invalid value/);
  assert.match(fault(change('retention.ms', ConfigOperation.append, '1')) ?? '', /no list/);
  assert.match(fault(change('cleanup.policy', ConfigOperation.append, 'shred')) ?? '', /Invalid value/);
  assert.match(fault(change('cleanup.policy', 9, 'delete')) ?? '', /Unknown operation/);
  assert.match(fault(change('rosettamq.queue', ConfigOperation.set, 'true')) ?? '', /cannot be changed/);
});
