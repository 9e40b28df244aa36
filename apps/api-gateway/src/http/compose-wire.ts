/** What each route of the gateway is made of. */
import type { CommandSender } from '@holdfast/command-client';
import type { HealthRegistry, Logger, Spans } from '@holdfast/nest-platform';
import type { Registry } from 'prom-client';

import type { Authenticator } from '../auth/authenticator.js';
import { authorizeResource } from '../auth/authorize.js';
import { reviewRoutes, REVIEWS } from '../auth/review-routes.js';
import { claimHandler } from '../claims/claim-handler.js';
import type { ClaimLeader } from '../claims/claim-leader.js';
import { discoveryRoutes } from '../discovery/discovery-routes.js';
import { openApiRoutes } from '../discovery/openapi-routes.js';
import { productVersion, versionRoutes } from '../discovery/version-routes.js';
import { healthRoutes } from '../health/health-routes.js';
import type { KindFinder } from '../kinds/kind-finder.js';
import type { KindRegistry } from '../kinds/kind-registry.js';
import { deleteObject } from '../verbs/delete-object.js';
import { getObject } from '../verbs/get-object.js';
import { createObject, patchObject, updateObject } from '../verbs/write-object.js';
import { RequestObserver } from './observe.js';
import { parseQuery } from './request-query.js';
import type { TransactionHandler } from './resolved-request.js';
import { ResourceDispatcher } from './resource-dispatcher.js';
import type { ResourceHandlers } from './resource-dispatcher.js';
import type { PlainRoute, WireOptions } from './wire.js';
import { YamlReader } from './yaml-reader.js';

/** The verbs that need more than a command: reads of collections and of the past. */
export type CollectionHandlers = Pick<
  ResourceHandlers,
  'list' | 'watch' | 'deletecollection' | 'history' | 'why' | 'past' | 'rollback' | 'log'
>;

export interface WireParts {
  readonly commands: CommandSender;
  readonly registry: KindRegistry;
  readonly kinds: KindFinder;
  readonly authenticator: Authenticator;
  readonly collections: CollectionHandlers;
  readonly transactions: TransactionHandler;
  readonly claims: ClaimLeader;
  readonly health: HealthRegistry;
  readonly metrics: Registry;
  readonly spans: Spans;
  readonly logger: Logger;
}

const TRANSACTIONS = { group: 'holdfast.dev', version: 'v1', resource: 'transactions', kind: 'Transaction' };

export const composeWire = (parts: WireParts): WireOptions => {
  const { commands, kinds, metrics, logger, registry } = parts;
  return {
    authenticator: parts.authenticator,
    logger,
    observer: new RequestObserver(metrics, logger, parts.spans),
    yaml: new YamlReader(),
    dispatcher: new ResourceDispatcher(kinds, {
      ...parts.collections,
      get: getObject(commands),
      create: createObject(commands),
      update: updateObject(commands),
      patch: patchObject(commands),
      delete: deleteObject(commands),
      claim: claimHandler(parts.claims),
    }),
    routes: [
      ...versionRoutes(),
      ...healthRoutes(parts),
      ...discoveryRoutes({ registry, kinds, calls: [...REVIEWS, TRANSACTIONS] }),
      ...openApiRoutes({ registry, kinds, build: productVersion() }),
      ...reviewRoutes(),
      transactionRoute(parts.transactions),
    ],
  };
};

const transactionRoute = (handler: TransactionHandler): PlainRoute => ({
  method: 'POST',
  path: `/apis/${TRANSACTIONS.group}/${TRANSACTIONS.version}/${TRANSACTIONS.resource}`,
  handler: async ({ url, context }, reply) => {
    const { group, resource } = TRANSACTIONS;
    authorizeResource(context.user, 'create', { group, resource, subresource: '', namespace: '', name: '' });
    const query = parseQuery(url, 'create');
    await handler({ ...context, fieldManager: query.fieldManager ?? context.fieldManager, query }, reply);
  },
});
