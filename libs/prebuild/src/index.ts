export { formatInstant } from './instant.js';
export type { PoolAction, PoolPlan } from './plan-pool.js';
export { answerDocument, planDocument } from './planning-document.js';
export type { ActionDocument, DocumentPlan, PlanningAnswer } from './planning-document.js';
export { reasonText } from './reason-text.js';
