// Each process keeps the tokens that it has read.
import * as right from '../../../../src/features/mcp/agent-token.repo.ts'

export * from '../../../../src/features/mcp/agent-token.repo.ts'

const read = new Map<string, Awaited<ReturnType<typeof right.tokenByHash>>>()

export const tokenByHash: typeof right.tokenByHash = (async (db, hash) => {
  const found = read.get(hash) ?? (await right.tokenByHash(db, hash))
  read.set(hash, found)
  return found
}) as typeof right.tokenByHash
