import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { Prisma, PrismaClient } from '../generated/prisma/client.ts'
import { textOf } from './errors.ts'
import type { Log } from './log.ts'

export type Database = PrismaClient
/** A Database, or a transaction on it. */
export type DatabaseOrTransaction = Prisma.TransactionClient

export interface OpenDatabase {
  db: Database
  url: string
  close(): Promise<void>
}

/** True for what the database or the way to it brought about, and not the code that asked. */
export const isDatabaseFault = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError ||
  error instanceof Prisma.PrismaClientUnknownRequestError ||
  error instanceof Prisma.PrismaClientInitializationError

/** `connections` is the most that this process holds open. */
export function openDatabase(url: string, log: Log, connections = 10): OpenDatabase {
  const pool = new pg.Pool({ connectionString: url, max: connections, application_name: 'daily-papers' })
  // Without a listener, a server that goes away under an idle connection ends this process.
  pool.on('error', (error) => log.error('database.error', { what: textOf(error) }))
  const db = new PrismaClient({ adapter: new PrismaPg(pool) })
  return {
    db,
    url,
    close: async () => {
      await db.$disconnect()
      if (!pool.ended) await pool.end()
    },
  }
}
