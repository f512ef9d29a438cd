import { createHash } from 'node:crypto'
import type { Database } from '../../core/database/database.ts'

/**
 * A claim: binds a Mailgun token to the first body that it arrives with, since the signature does not cover the body.
 * True for that body, also when it is repeated; false for any other. It is one statement, so that a crash leaves no
 * token without its body. `at`: when it was signed; the token is kept for two days after that.
 */
export async function bindToken(
  db: Database,
  { token, raw, at }: { token: string; raw: Uint8Array; at: Date },
): Promise<boolean> {
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
