/** Rows hold objects in the API version that they were written in; the versions of a kind differ in nothing else. */
import type { JsonObject } from '@holdfast/kernel';

/** JSON text of an object, as PostgreSQL prints it, in the API version asked for; parsed only where the text may differ. */
export const inApiVersion = (text: string, apiVersion: string): string => {
  const wanted = `${MEMBER}${apiVersion}"`;
  let seen = false;
  for (let at = text.indexOf(MEMBER); at !== -1; at = text.indexOf(MEMBER, at + MEMBER.length)) {
    // Another one may be that of an owner or a template: only parsing tells.
    if (!text.startsWith(wanted, at)) return converted(text, apiVersion);
    seen = true;
  }
  return seen && !holdsLargeNumber(text) ? text : converted(text, apiVersion);
};

/**
 * PostgreSQL writes 1e300 as 301 digits, which would neither be what a GET shows nor be taken back as an integer. From
 * where JavaScript writes an exponent, a double of at most 17 digits ends in five zeros: looking for them is cheap.
 */
const holdsLargeNumber = (text: string): boolean => text.includes('00000') && /\d{22}/.test(text);

const MEMBER = '"apiVersion": "';

const converted = (text: string, apiVersion: string): string =>
  JSON.stringify({ ...(JSON.parse(text) as JsonObject), apiVersion });
