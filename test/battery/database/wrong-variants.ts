import type { Database } from '../../../src/platform/database.ts'

type Write = () => Promise<number>

/**
 * Two ways to write acceptances down that look right and are wrong. They are never used: the battery runs them to
 * show that it would notice.
 */
export const WRONG_RECORDS = {
  /** A database that is away for a moment is taken for one that has been told. */
  'gives-up-after-one-try': (_db: Database, _ids: string[], write: Write) => write().catch(() => 0),
  /** Whoever has lost the lease is taken for one whose result no longer counts. */
  'fenced-results': async (db: Database, ids: string[], write: Write) => {
    const held = await db.$queryRaw<unknown[]>`
      select from message m join chunk c on c.id = m.chunk_id
      where m.id = any(${ids}) and m.state = 'taken' and m.taken_by = c.owner and c.lease_until > now()`
    return held.length === ids.length ? write() : 0
  },
}

export type WrongRecord = keyof typeof WRONG_RECORDS

/** A database whose acceptances are written in a wrong way; everything else is as it should be. */
export const recordingWrongly = (db: Database, variant: WrongRecord): Database =>
  new Proxy(db, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (name !== '$executeRaw' || typeof member !== 'function') return member
      return (strings: TemplateStringsArray, ...values: unknown[]) => {
        const write: Write = async () => member.call(target, strings, ...values)
        if (!strings.join('').includes('insert into acceptance')) return write()
        return WRONG_RECORDS[variant](target, values[0] as string[], write)
      }
    },
  })
