import { bladeReconciler, chassisReconciler, rackReconciler, rackTemplateReconciler } from './reconcilers.js';

/** Everything that makes racks out of their declarations. */
export const rackReconcilers = [rackTemplateReconciler, rackReconciler, chassisReconciler, bladeReconciler];
