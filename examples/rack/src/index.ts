export { bladeReconciler, chassisReconciler, rackReconciler } from './reconcilers.js';
