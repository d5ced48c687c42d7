/** The part of a document that a JSON pointer names; undefined if it is not there. */
export function partAt(doc: unknown, pointer: string): unknown {
  let here = doc
  for (const raw of pointer.split('/').slice(1)) {
    if (typeof here !== 'object' || here === null) return undefined
    here = (here as Record<string, unknown>)[raw.replace(/~1/g, '/').replace(/~0/g, '~')]
  }
  return here
}
