import { ProjectionBehind } from '@holdfast/read-models';
import type { ProjectionWatch } from '@holdfast/read-models';
import type { ReadPointSources } from './read-point.js';

/** Waits by the projector's announcements; false when the deadline came first. */
export const reachedBy =
  (projection: Pick<ProjectionWatch, 'waitUntil'>): ReadPointSources['projected'] =>
  async (version, deadline) => {
    try {
      await projection.waitUntil(version, { deadline });
      return true;
    } catch (error) {
      if (error instanceof ProjectionBehind) return false;
      throw error;
    }
  };
