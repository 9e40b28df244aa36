/**
 * A request once everything that can be said without the store has been said: who asks, which kind, which object,
 * what is wanted and in which form. Handlers get nothing less.
 */
import type { PropagationPolicy } from '@holdfast/contracts';
import type { KindDefinition, KindVersion } from '@holdfast/resource';
import type { FastifyReply } from 'fastify';

export interface User {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
}

/** Who asks, until when, with what body, and by which ids the request can be followed through logs and events. */
export interface RequestContext {
  readonly user: User;
  readonly requestID: string;
  readonly correlationID: string;
  readonly traceparent: string;
  readonly fieldManager: string;
  /** Milliseconds since the epoch: no answer may come later. */
  readonly deadline: number;
  /** The raw body; empty when there was none. */
  readonly body: Buffer;
  /** The body's media type without parameters, in lower case; '' when none was named. */
  readonly contentType: string;
  readonly idempotencyKey: string | undefined;
}

export type RequestVerb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** Subresources that are answered by a handler of their own; the others are parts of the object. */
export type OwnAnswer = 'history' | 'why' | 'rollback' | 'claim' | 'log';

export type Subresource = 'status' | 'scale' | 'finalize' | OwnAnswer;

/** The form of the answer: the objects, a Table of them, or their metadata alone. */
export type Representation = 'json' | 'table' | 'partial';

export type IncludeObject = 'Metadata' | 'Object' | 'None';

/** The query string, parsed and checked; what a parameter means for a verb is for the verb's handler. */
export interface RequestQuery {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly limit: number | undefined;
  readonly continue: string;
  /** undefined: the newest; 0: any; N: see resourceVersionMatch. */
  readonly resourceVersion: number | undefined;
  readonly resourceVersionMatch: 'Exact' | 'NotOlderThan' | undefined;
  /** A moment of the past by the log's own time. */
  readonly at: Date | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
  readonly includeObject: IncludeObject;
  readonly dryRun: boolean;
  readonly fieldManager: string | undefined;
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore' | undefined;
  readonly force: boolean;
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: PropagationPolicy | undefined;
  readonly orphanDependents: boolean | undefined;
  /** Of a log: one build alone, and until it ends. */
  readonly build: number | undefined;
  readonly follow: boolean;
}

export interface ResolvedRequest extends RequestContext {
  readonly kind: KindDefinition;
  /** The API version asked for; it is served. */
  readonly version: KindVersion;
  /** '' for a cluster-scoped kind, and for a list or watch over all namespaces. */
  readonly namespace: string;
  /** '' where the collection is meant. */
  readonly name: string;
  readonly subresource: Subresource | undefined;
  readonly verb: RequestVerb;
  readonly query: RequestQuery;
  readonly accept: Representation;
}

/** Answers one resolved request; what it throws becomes a Status. */
export type ResourceHandler = (request: ResolvedRequest, reply: FastifyReply) => Promise<void>;

export type ListHandler = ResourceHandler;
export type WatchHandler = ResourceHandler;

/** Reads of the past of one object. */
export interface HistoryHandler {
  /** `GET <object>/history`. */
  readonly history: ResourceHandler;
  /** `GET <object>/why`. */
  readonly why: ResourceHandler;
  /** `GET <object>?resourceVersion=N&resourceVersionMatch=Exact` or `?at=`. */
  readonly past: ResourceHandler;
  /** `POST <object>/rollback`. */
  readonly rollback: ResourceHandler;
}

/** `POST /apis/holdfast.dev/v1/transactions`, which belongs to no kind. */
export type TransactionHandler = (
  request: RequestContext & { readonly query: RequestQuery },
  reply: FastifyReply,
) => Promise<void>;
