import { unsubscribe as unsubscribeRightly } from '../../../../src/account/unsubscribe.ts'

export * from '../../../../src/account/unsubscribe.ts'

/** Acknowledges every request, also those whose link it cannot verify. */
export const unsubscribe: typeof unsubscribeRightly = async (deps, input) => {
  await unsubscribeRightly(deps, input)
  return true
}
