/**
 * The grammar of Kubernetes names. Each rule returns the complaints about a text, none when it is good,
 * in the words that the clients of Kubernetes know.
 */
export type NameRule = (text: string) => readonly string[];

const NONE: readonly string[] = [];

const bounded = (rule: { max: number; pattern: RegExp; complaint: string; examples: readonly string[] }): NameRule => {
  const examples = rule.examples.map((example) => `'${example}', `).join(' or ');
  const source = rule.pattern.source.replace(/^\^/, '').replace(/\$$/, '');
  const malformed = `${rule.complaint} (e.g. ${examples}regex used for validation is '${source}')`;
  return (text) => {
    // What matches is ASCII, so its length is its size.
    if (text.length <= rule.max && rule.pattern.test(text)) return NONE;
    return [
      ...(byteLength(text) > rule.max ? [`must be no more than ${rule.max} characters`] : []),
      // A text beyond any limit is not worth a match.
      ...(text.length > 4 * rule.max || !rule.pattern.test(text) ? [malformed] : []),
    ];
  };
};

/** The length in UTF-8, which is what limits count. */
export const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8');

export const dns1123Subdomain = bounded({
  max: 253,
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  complaint:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  examples: ['example.com'],
});

export const dns1123Label = bounded({
  max: 63,
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  complaint:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  examples: ['my-name', '123-abc'],
});

export const dns1035Label = bounded({
  max: 63,
  pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
  complaint:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  examples: ['my-name', 'abc-123'],
});

export const labelValue = bounded({
  max: 63,
  pattern: /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/,
  complaint:
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  examples: ['MyValue', 'my_value', '12345'],
});

const NAME_PART =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const NAME_PART_PATTERN = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const NAME_PART_EXAMPLES = ['MyName', 'my.name', '123-abc'];
const namePart = bounded({ max: 63, pattern: NAME_PART_PATTERN, complaint: NAME_PART, examples: NAME_PART_EXAMPLES });

/** Keys of labels, names of finalizers: `name`, or `prefix.example.com/name`. */
export const qualifiedName: NameRule = (text) => {
  const slash = text.indexOf('/');
  if (slash === -1) return partComplaints('name', text, namePart);
  if (text.includes('/', slash + 1)) {
    const [shape] = namePart('-');
    return [`a qualified name ${shape} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const prefix =
    slash === 0 ? ['prefix part must be non-empty'] : partComplaints('prefix', text.slice(0, slash), dns1123Subdomain);
  const name = partComplaints('name', text.slice(slash + 1), namePart);
  return prefix.length === 0 ? name : [...prefix, ...name];
};

const partComplaints = (part: string, text: string, rule: NameRule): readonly string[] => {
  const complaints = rule(text);
  if (complaints.length === 0) return complaints;
  return [
    ...(text === '' ? [`${part} part must be non-empty`] : []),
    ...complaints.map((complaint) => `${part} part ${complaint}`),
  ];
};

/** Keys of annotations: as qualified names, but upper case is fine in the prefix too. */
export const annotationKey: NameRule = (text) => qualifiedName(text.toLowerCase());

/** What can stand between two slashes of a path. */
export const pathSegment: NameRule = (text) => {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((part) => text.includes(part)).map((part) => `may not contain '${part}'`);
};
