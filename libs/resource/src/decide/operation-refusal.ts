import type { Cause, Refusal } from '@holdfast/kernel';

/** The refusal of one operation as that of its whole transaction: every cause says which operation it is about. */
export const ofOperation = (refusal: Refusal, index: number): Refusal => {
  const at = `operations[${index}]`;
  const causes: readonly Cause[] = refusal.details?.causes ?? [
    { reason: 'FieldValueInvalid', message: refusal.message },
  ];
  return {
    reason: refusal.reason,
    message: `${at}: ${refusal.message}`,
    details: {
      ...refusal.details,
      causes: causes.map((cause) => ({ ...cause, field: cause.field === undefined ? at : `${at}.${cause.field}` })),
    },
  };
};
