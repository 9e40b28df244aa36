/** `v10` before `v2` before `v2beta1` before `v1alpha3`, and names of another form last, by their letters. */
export const compareVersions = (a: string, b: string): number => {
  const left = parse(a);
  const right = parse(b);
  if (left === undefined && right === undefined) return a < b ? -1 : a > b ? 1 : 0;
  if (left === undefined) return 1;
  if (right === undefined) return -1;
  return right.stability - left.stability || right.major - left.major || right.minor - left.minor;
};

const STABILITY = ['alpha', 'beta'];

const parse = (version: string): { stability: number; major: number; minor: number } | undefined => {
  const match = /^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$/.exec(version);
  if (match === null) return undefined;
  const [, major = '', stage, minor = '0'] = match;
  return {
    stability: stage === undefined ? STABILITY.length : STABILITY.indexOf(stage),
    major: Number(major),
    minor: Number(minor),
  };
};
