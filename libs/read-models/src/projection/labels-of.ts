const METADATA_OPENING = Buffer.from('"metadata":{');
const LABELS_KEY = Buffer.from('"labels"');
const NO_LABELS = Buffer.from('{}');

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING = { brace: 0x7b, bracket: 0x5b };
const CLOSING = { brace: 0x7d, bracket: 0x5d };

/**
 * The bytes of `metadata.labels` in an object's stored form (compact JSON whose first `"metadata":{` is the right one),
 * `{}` when there are none. Parsing the object for them would be a third of the projector's work.
 */
export const labelsOf = (object: Buffer): Buffer => {
  if (!object.includes(LABELS_KEY)) return NO_LABELS;
  let at = object.indexOf(METADATA_OPENING) + METADATA_OPENING.length;
  while (object[at] === QUOTE) {
    const value = endOfString(object, at) + 1;
    const end = endOfValue(object, value);
    if (value - 1 - at === LABELS_KEY.length && object.subarray(at, value - 1).equals(LABELS_KEY)) {
      return object.subarray(value, end);
    }
    at = object[end] === COMMA ? end + 1 : end;
  }
  return NO_LABELS;
};

/** Behind the closing quote of the string that opens at `at`. */
const endOfString = (json: Buffer, at: number): number => {
  let end = at + 1;
  while (end < json.length && json[end] !== QUOTE) end += json[end] === BACKSLASH ? 2 : 1;
  return end + 1;
};

/** Where the value that begins at `at` ends: at the comma or the bracket that follows it. */
const endOfValue = (json: Buffer, at: number): number => {
  let depth = 0;
  for (let end = at; end < json.length;) {
    const byte = json[end];
    if (byte === QUOTE) {
      end = endOfString(json, end);
      continue;
    }
    const closes = byte === CLOSING.brace || byte === CLOSING.bracket;
    if (depth === 0 && (closes || byte === COMMA)) return end;
    if (byte === OPENING.brace || byte === OPENING.bracket) depth += 1;
    if (closes) depth -= 1;
    end += 1;
  }
  return json.length;
};
