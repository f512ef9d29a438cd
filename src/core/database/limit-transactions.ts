import { Semaphore } from '../semaphore.ts'

interface Transaction {
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** The parts of Prisma's driver adapter that matter here. */
interface AdapterFactory {
  connect(): Promise<{ startTransaction(isolation?: never): Promise<Transaction> }>
}

/**
 * Lets up to `max` transactions of a client run at once; others wait before they take a connection. A transaction may
 * wait for a row that another one has locked. With `max` below the number of connections, such waits never take them
 * all, and single statements, such as those of a page, go on.
 */
export function limitTransactions<Factory extends AdapterFactory>(factory: Factory, max: number): Factory {
  const slots = new Semaphore({ total: max })
  const connect = factory.connect.bind(factory)
  factory.connect = async () => {
    const adapter = await connect()
    const start = adapter.startTransaction.bind(adapter)
    adapter.startTransaction = (isolation) => inSlot(slots, () => start(isolation))
    return adapter
  }
  return factory
}

/** Starts a transaction in a slot, which it has until it ends. */
const inSlot = (slots: Semaphore, start: () => Promise<Transaction>): Promise<Transaction> =>
  new Promise((resolve, reject) => {
    const work = async () => {
      const transaction = await start()
      const ended = untilEnd(transaction)
      resolve(transaction)
      await ended
    }
    slots.withSlot('', work).catch(reject)
  })

/** Prisma calls one of the two for every transaction, also after an error. */
const untilEnd = (transaction: Transaction): Promise<void> =>
  new Promise((end) => {
    for (const name of ['commit', 'rollback'] as const) {
      const finish = transaction[name].bind(transaction)
      transaction[name] = () => finish().finally(end)
    }
  })
