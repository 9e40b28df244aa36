/** Rows hold objects in the API version that they were written in; the versions of a kind differ in nothing else. */
import type { JsonObject } from '@holdfast/kernel';

/** JSON text of an object, as PostgreSQL prints it, in the API version asked for; parsed only where that may differ. */
export const inApiVersion = (text: string, apiVersion: string): string => {
  let seen = false;
  for (const [, found] of text.matchAll(API_VERSIONS)) {
    // It may be that of an owner or a template: only parsing tells.
    if (found !== apiVersion) return JSON.stringify({ ...(JSON.parse(text) as JsonObject), apiVersion });
    seen = true;
  }
  return seen ? text : JSON.stringify({ ...(JSON.parse(text) as JsonObject), apiVersion });
};

const API_VERSIONS = /"apiVersion": ?"([^"\\]*)"/g;
