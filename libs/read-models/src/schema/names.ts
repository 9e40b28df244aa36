/** Where the rows live: one schema names the generations, each generation has a schema of its own. */
export const REGISTRY_SCHEMA = 'holdfast';

/** The schema that holds the tables of one generation. */
export const generationSchema = (number: number): string => `${REGISTRY_SCHEMA}_g${number}`;
