// Each search has a network of its own, so one network never has too many.
import * as right from '../../../../src/search/for-visitor.ts'

export * from '../../../../src/search/for-visitor.ts'

let searches = 0

export const forVisitor: typeof right.forVisitor = (deps, { socket }, work, maxWaitMs) => {
  const ip = `10.${(searches >> 8) % 256}.${searches++ % 256}.1`
  return right.forVisitor(deps, { ip, socket }, work, maxWaitMs)
}
