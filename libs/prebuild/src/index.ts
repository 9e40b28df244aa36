export { judgeBuilds } from './back-off.js';
export type { CountedFailures, EndedBuild, FailurePolicy } from './back-off.js';
export type { BudgetUse, CreationBudgets } from './budgets.js';
export { nameFromDigest } from './claims/name-from-digest.js';
export { decideClaim } from './claims/decide-claim.js';
export type {
  ClaimAsked,
  ClaimDecision,
  ClaimedPreset,
  ClaimedTemplate,
  ClaimRefusal,
  ClaimSnapshot,
  ColdWorkspace,
  Reservations,
} from './claims/decide-claim.js';
export { eligible } from './claims/eligible.js';
export type { ClaimablePools } from './claims/eligible.js';
export { matchPreset } from './claims/match-preset.js';
export { poolWorkspaceOf } from './claims/pool-workspace.js';
export type { PoolWorkspace, WorkspaceObject } from './claims/pool-workspace.js';
export { DEMAND_VARIABLES, demandExpressionProblem } from './demand-expression.js';
export { countDemand, recentDemand } from './demand.js';
export type { DemandCounts, DemandEvent } from './demand.js';
export type { FieldProblem } from './field-problem.js';
export { formatInstant, instantOf, millisecondsOf, parseInstant, seconds } from './instant.js';
export type { Duration, Instant } from './instant.js';
export type { PrebuildKind } from './kinds/define-kind.js';
export { PREBUILD_KINDS } from './kinds/kinds.js';
export { POOL_OWNER, PREBUILDS_GROUP, WORKSPACE_FINALIZER } from './kinds/objects.js';
export type * from './kinds/objects.js';
export { poolSettingsOf } from './kinds/pool-settings.js';
export { POOL_DECISIONS } from './kinds/pool-decision.js';
export { PRESETS } from './kinds/preset.js';
export { TEMPLATES } from './kinds/template.js';
export { TEMPLATE_VERSIONS } from './kinds/template-version.js';
export { WORKSPACE_CLAIMS } from './kinds/workspace-claim.js';
export { WORKSPACES } from './kinds/workspace.js';
export { planPool } from './plan-pool.js';
export type { PlanConfig, PoolAction, PoolPlan } from './plan-pool.js';
export type { PlanReason } from './plan-reason.js';
export { planPools } from './plan-pools.js';
export type { PoolsConfig } from './plan-pools.js';
export { actionDocument, answerDocument, planDocument } from './planning-document.js';
export type { ActionDocument, DocumentPlan, PlanningAnswer } from './planning-document.js';
export type {
  Failures,
  HardLimit,
  InactiveReason,
  Instance,
  PausedBy,
  PoolSettings,
  PoolSnapshot,
  Replacement,
  Standing,
} from './pool-snapshot.js';
export type { PoolState } from './pool-state.js';
export { poolIdOf, poolsOf } from './pools-of.js';
export type { Build, Facts, PresetFacts, TemplateFacts, WorkspaceFacts } from './pools-of.js';
export { reasonText, shortened } from './reason-text.js';
export { prebuildRules } from './rules/prebuild-rules.js';
export { nextScheduleEdge, readScheduling } from './schedule.js';
export type { Schedule, ScheduleTable, Scheduling } from './schedule.js';
export type { Target } from './target.js';
export { unfitParameters } from './unfit-parameters.js';
export { validateSettings } from './validate-settings.js';
