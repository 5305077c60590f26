/** @returns undefined for what is no JSON: a document of the database that was damaged */
export function parseDocument(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    return undefined;
  }
}
