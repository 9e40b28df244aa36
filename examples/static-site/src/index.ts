export { staticSiteReconciler } from './site-reconciler.js';
export type { StaticSiteOptions } from './site-reconciler.js';
