// Each search has a network of its own, so one network never has too many.
import type { Deps } from '../../../../src/core/deps.ts'
import * as right from '../../../../src/search/for-visitor.ts'

export { forVisitorIfFree, isTemporaryRefusal } from '../../../../src/search/for-visitor.ts'

let searches = 0

export function forVisitor<T>(
  deps: Deps,
  { socket }: right.Searcher,
  work: (deps: Deps) => Promise<T>,
): Promise<T> {
  const ip = `10.${(searches >> 8) % 256}.${searches++ % 256}.1`
  return right.forVisitor(deps, { ip, socket }, work)
}
