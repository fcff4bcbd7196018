import { BrokerError } from '../../../core/index.js';
import { codeOf, ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { VIRTUAL_HOST } from '../kafka-options.js';
import { changeConfigs, type ConfigChange } from './config-change.js';
import { declaredConfigs } from './topic-config-entries.js';

/** The one kind of resource whose configuration can be changed: brokers are configured where they are started. */
const TOPIC = 2;

export interface ConfigResource {
  readonly resourceType: number;
  readonly resourceName: string;
}

export interface AlterResult extends ConfigResource {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/**
 * Changes a topic's configuration, or only checks that it could be.
 *
 * @param changesTo gives the changes, knowing what is set now
 */
export function alterTopicConfigs(
  services: FrontServices,
  { resourceType, resourceName }: ConfigResource,
  user: string,
  validateOnly: boolean,
  changesTo: (declared: Readonly<Record<string, string>>) => readonly ConfigChange[],
): AlterResult {
  const result = (errorCode: number, errorMessage: string | null = null) => ({
    resourceType,
    resourceName,
    errorCode,
    errorMessage,
  });
  if (resourceType !== TOPIC)
    return result(ErrorCode.invalidRequest, 'Only the configuration of topics can be changed.');
  const { topic, errorCode } = services.topics.find(resourceName);
  if (topic === undefined) return result(errorCode);
  if (!services.host.broker.allowed(user, VIRTUAL_HOST, 'configure', topic.name)) {
    return result(ErrorCode.topicAuthorizationFailed);
  }
  const declared = declaredConfigs(topic);
  const changed = changeConfigs(declared, changesTo(declared));
  if (changed.fault !== undefined) return result(ErrorCode.invalidConfig, changed.fault);
  if (validateOnly) return result(ErrorCode.none);
  try {
    services.topics.configure(topic, declared, changed.values);
    return result(ErrorCode.none);
  } catch (error) {
    if (error instanceof BrokerError) return result(codeOf(error.kind), error.message);
    throw error;
  }
}
