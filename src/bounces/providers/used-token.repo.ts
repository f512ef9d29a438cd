import { createHash } from 'node:crypto'
import type { DatabaseOrTransaction } from '../../core/database/database.ts'

export interface UsedToken {
  token: string
  raw: Uint8Array
  /** When it was signed: for two days after that, the token stays known. */
  at: Date
}

/**
 * Binds a token of Mailgun to the body that it came with first. True for that body, however often it comes; false for any
 * other: its signature does not cover the body. One statement, so that a crash leaves no token without its body.
 */
export async function bindToken(db: DatabaseOrTransaction, { token, raw, at }: UsedToken): Promise<boolean> {
  const name = `mailgun ${hashOf(token)}`
  const withBody = `${name} ${hashOf(raw)}`
  const rows = await db.$queryRaw<{ isRight: boolean }[]>`
    with first as (
      insert into tick (name, slot) values (${name}, ${at}) on conflict (name, slot) do nothing returning slot
    ), bound as (
      insert into tick (name, slot) select ${withBody}, slot from first returning slot
    )
    select exists (select from bound) or exists (select from tick where name = ${withBody} and slot = ${at})
      as "isRight"`
  return rows[0]?.isRight === true
}

const hashOf = (value: string | Uint8Array): string => createHash('sha256').update(value).digest('hex')
