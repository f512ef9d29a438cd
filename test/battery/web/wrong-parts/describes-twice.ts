// Describes each part of a part once to count them, and once more for the text.
import * as right from '../../../../src/queries/language/describe-query.ts'
import type { Query } from '../../../../src/queries/query.ts'

export { shownName } from '../../../../src/queries/language/describe-query.ts'

export function describePart(query: Query): string {
  const parts = 'parts' in query ? query.parts : query.kind === 'not' ? [query.part] : []
  for (const part of [...parts, ...parts]) describePart(part)
  return right.describePart(query)
}

export function describeQuery(query: Query): string {
  describePart(query)
  return right.describeQuery(query)
}
