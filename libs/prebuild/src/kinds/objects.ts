/**
 * The kinds of group `prebuilds.holdfast.dev`, version `v1`, as their schemas leave them: defaults are filled in
 * (rule book: Objects). All are namespaced, and name one another within their namespace.
 */

/** The owner of workspaces that nobody has claimed. */
export const POOL_OWNER = 'prebuilds';

/** Keeps a Workspace there until a build has cleared away what it stood for. */
export const WORKSPACE_FINALIZER = 'prebuilds.holdfast.dev/workspace';

export const PREBUILDS_GROUP = 'prebuilds.holdfast.dev';

export type ParameterValue = string | number | boolean;
export type Parameters = Readonly<Record<string, ParameterValue>>;

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

export interface TemplateSpec {
  readonly activeVersion?: string;
  /** Says why; not empty = deprecated. */
  readonly deprecated?: string;
  readonly paused: boolean;
  /** What was built before is expired. RFC 3339. */
  readonly invalidatedAt?: string;
}

export interface TemplateStatus {
  readonly observedGeneration?: number;
  readonly activeVersion?: string;
  /** The one that was active before. */
  readonly previousVersion?: string;
  readonly conditions?: readonly Condition[];
}

export interface ParameterDefinition {
  readonly name: string;
  readonly type: 'string' | 'number' | 'boolean';
  readonly description?: string;
  /** Without one, the parameter must be given. */
  readonly default?: ParameterValue;
  /** When there are any, no other value is accepted. */
  readonly options?: readonly ParameterValue[];
  /** Cannot be changed by a claim. */
  readonly immutable: boolean;
}

/** Scripts for /bin/sh; each is run with `-eu`. */
export interface ExecScripts {
  readonly create?: string;
  readonly start?: string;
  readonly stop?: string;
  readonly claim?: string;
  readonly delete?: string;
}

export interface ContainerSettings {
  readonly image: string;
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Published on free ports of the host, each an endpoint by this name. */
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly memory?: string;
  readonly cpus?: string;
  /** Run inside the container when it is claimed. */
  readonly claimCommand?: readonly string[];
}

/** Who builds, and how; other provisioners read `config`. */
export interface ProvisionerSettings {
  readonly name: string;
  readonly exec?: ExecScripts;
  readonly container?: ContainerSettings;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Exactly one of command, tcp and http. */
export interface ReadinessProbe {
  readonly command?: readonly string[];
  /** The name of an endpoint. */
  readonly tcp?: { readonly endpoint: string };
  readonly http?: { readonly endpoint: string; readonly path: string };
  readonly periodSeconds: number;
}

export interface Timeouts {
  readonly createSeconds: number;
  readonly readySeconds: number;
  readonly claimSeconds: number;
  readonly stopSeconds: number;
  readonly deleteSeconds: number;
}

/** Nothing of it can be changed. */
export interface TemplateVersionSpec {
  readonly template: string;
  readonly provisioner: ProvisionerSettings;
  readonly parameters: readonly ParameterDefinition[];
  /** Without one, a workspace is ready when its scripts have ended. */
  readonly readiness?: ReadinessProbe;
  readonly timeouts: Timeouts;
}

export interface PrebuildsSpec {
  readonly instances: number;
  readonly min?: number;
  readonly max?: number;
  readonly ttlSeconds?: number;
  readonly scheduling?: {
    readonly timezone: string;
    readonly schedules: readonly { readonly cron: string; readonly instances: number }[];
  };
  /** A CEL expression; see demand-expression.ts. */
  readonly demandExpression?: string;
  readonly maxConcurrentCreations?: number;
  readonly replacement: { readonly strategy: 'Immediate' | 'Surge'; readonly maxSurge?: number };
  readonly paused: boolean;
  /** What was built before is expired. RFC 3339. */
  readonly invalidatedAt?: string;
  /** Asks for another try after the hard limit. RFC 3339. */
  readonly retriedAt?: string;
}

export interface PresetSpec {
  readonly template: string;
  readonly parameters: Parameters;
  readonly prebuilds: PrebuildsSpec;
}

/** Builds of one version that failed one after the other; the evidence may be gone. */
export interface CountedFailuresStatus {
  readonly version: string;
  readonly count: number;
  readonly lastAt: string;
  /** The last of them. */
  readonly workspace: string;
  readonly message: string;
}

export interface PresetStatus {
  readonly observedGeneration?: number;
  /** When its spec was seen to have changed last: failures from before are another spec's. */
  readonly specChangedAt?: string;
  /** `replicas` of `/scale`: those running at the active version. */
  readonly running?: number;
  readonly desired?: number;
  readonly eligible?: number;
  readonly starting?: number;
  readonly expired?: number;
  readonly failed?: number;
  /** Of each version, since a build of it worked last. */
  readonly failures?: readonly CountedFailuresStatus[];
  /** Of each version, when a build of it worked last; what was built may be gone. */
  readonly lastBuilt?: readonly { readonly version: string; readonly at: string }[];
  /** How long the newest instance took from its creation until it could be used. */
  readonly buildSeconds?: number;
  /** What the warmth has cost so far: seconds that ready instances waited for a claim. */
  readonly idleInstanceSeconds?: number;
  readonly conditions?: readonly Condition[];
}

export type WorkspaceTransition = 'start' | 'stop';
export type BuildTransition = 'start' | 'stop' | 'delete' | 'claim';
export type BuildStatus = 'pending' | 'running' | 'succeeded' | 'failed' | 'cancelled';
export type WorkspacePhase =
  'Pending' | 'Building' | 'Ready' | 'Claiming' | 'Stopping' | 'Stopped' | 'Deleting' | 'Failed' | 'Cancelled';

export interface WorkspaceSpec {
  readonly template: string;
  readonly version: string;
  /** Missing for one that was built cold without a preset. */
  readonly preset?: string;
  readonly parameters: Parameters;
  readonly owner: string;
  /** What its owner calls it: the name of the claim. */
  readonly name?: string;
  readonly claimRef?: { readonly name: string; readonly uid: string };
  readonly transition: WorkspaceTransition;
}

export interface WorkspaceBuild {
  readonly number: number;
  readonly transition: BuildTransition;
  readonly status: BuildStatus;
  readonly queuedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly worker?: string;
  /** How often a worker that stopped in order has given it back: such a try does not count. */
  readonly handedBack?: number;
  /** CamelCase, when it failed or was cancelled. */
  readonly reason?: string;
  readonly message?: string;
}

export interface Endpoint {
  readonly name: string;
  readonly url: string;
}

export interface WorkspaceStatus {
  readonly phase?: WorkspacePhase;
  readonly observedGeneration?: number;
  readonly build?: WorkspaceBuild;
  /** When its first start had succeeded. */
  readonly builtAt?: string;
  /** When it was ready for the first time. */
  readonly readyAt?: string;
  /** The uid of the claim whose hook has run. */
  readonly claimedFor?: string;
  readonly endpoints?: readonly Endpoint[];
  readonly conditions?: readonly Condition[];
}

export type ClaimSource = 'warm' | 'starting' | 'cold';
export type ClaimPhase = 'Pending' | 'Bound' | 'Failed';

/** Either a preset, or a template whose presets are matched by the parameters. */
export interface WorkspaceClaimSpec {
  readonly preset?: string;
  readonly template?: string;
  readonly parameters: Parameters;
  readonly owner: string;
  /** How long to wait for one that is starting, before one is built cold. */
  readonly waitSeconds: number;
}

export type MissReason =
  | 'NoneReady'
  | 'NoneMatches'
  | 'PoolPaused'
  | 'HardLimited'
  | 'ParametersNotAccepted'
  | 'TemplateDeprecated'
  | 'NoActiveVersion'
  | 'PoolIsEmptyByDesign';

export interface WorkspaceClaimStatus {
  readonly phase?: ClaimPhase;
  readonly preset?: string;
  readonly workspace?: { readonly name: string; readonly uid: string };
  readonly source?: ClaimSource;
  readonly missReason?: MissReason;
  readonly boundAt?: string;
  readonly message?: string;
  readonly conditions?: readonly Condition[];
}

export interface PoolDecisionSpec {
  readonly preset: string;
  readonly version: string;
  /** Of the leader that decided. */
  readonly epoch: number;
  /** The version of the log that the decision rests on. */
  readonly snapshotVersion: string;
  readonly at: string;
  readonly state: Readonly<Record<string, number>>;
  readonly actions: readonly Readonly<Record<string, unknown>>[];
  readonly reasons: readonly string[];
}
