export { makeRepository, manifestsFolder } from './repository.js';
