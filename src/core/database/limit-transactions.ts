import type { SqlDriverAdapter, SqlDriverAdapterFactory, Transaction } from '@prisma/driver-adapter-utils'
import { Semaphore } from '../../limits/semaphore.ts'

/**
 * A driver adapter that lets up to `max` transactions run at once; others wait before they take a connection. A
 * transaction may wait for a row that another one has locked. With `max` below the number of connections, such waits
 * never take them all, and single statements, such as those of a page, go on.
 */
export function limitTransactions(factory: SqlDriverAdapterFactory, max: number): SqlDriverAdapterFactory {
  const { provider, adapterName } = factory
  const slots = new Semaphore({ total: max })
  return { provider, adapterName, connect: async () => limitedAdapter(await factory.connect(), slots) }
}

const limitedAdapter = (adapter: SqlDriverAdapter, slots: Semaphore): SqlDriverAdapter => ({
  provider: adapter.provider,
  adapterName: adapter.adapterName,
  queryRaw: (query) => adapter.queryRaw(query),
  executeRaw: (query) => adapter.executeRaw(query),
  executeScript: (script) => adapter.executeScript(script),
  getConnectionInfo: adapter.getConnectionInfo?.bind(adapter),
  dispose: () => adapter.dispose(),
  startTransaction: (isolation) => inSlot(slots, () => adapter.startTransaction(isolation)),
})

/** Starts a transaction in a slot, which it has until it ends. */
const inSlot = (slots: Semaphore, start: () => Promise<Transaction>): Promise<Transaction> =>
  new Promise((resolve, reject) => {
    const work = async () => {
      const ended = Promise.withResolvers<void>()
      resolve(untilEnd(await start(), ended.resolve))
      await ended.promise
    }
    slots.withSlot('', work).catch(reject)
  })

/** Calls `onEnd` after the commit or rollback. Prisma calls one of the two for every transaction, also after an error. */
const untilEnd = (transaction: Transaction, onEnd: () => void): Transaction => ({
  provider: transaction.provider,
  adapterName: transaction.adapterName,
  options: transaction.options,
  queryRaw: (query) => transaction.queryRaw(query),
  executeRaw: (query) => transaction.executeRaw(query),
  createSavepoint: transaction.createSavepoint?.bind(transaction),
  rollbackToSavepoint: transaction.rollbackToSavepoint?.bind(transaction),
  releaseSavepoint: transaction.releaseSavepoint?.bind(transaction),
  commit: () => transaction.commit().finally(onEnd),
  rollback: () => transaction.rollback().finally(onEnd),
})
