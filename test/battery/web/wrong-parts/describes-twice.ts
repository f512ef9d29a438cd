// Describes each part of a part twice to count them, and twice more for the text: four times for each level.
import * as right from '../../../../src/queries/language/describe-query.ts'
import type { Query } from '../../../../src/queries/query.ts'

export { shownName } from '../../../../src/queries/language/describe-query.ts'

export function describePart(query: Query): string {
  const parts = 'parts' in query ? query.parts : query.kind === 'not' ? [query.part] : []
  for (const part of [parts, parts, parts, parts].flat()) describePart(part)
  return right.describePart(query)
}

export function describeQuery(query: Query): string {
  describePart(query)
  return right.describeQuery(query)
}
