import type { DatabaseOrTransaction } from './database.ts'

export interface Bucket {
  key: string
  /** The most tokens that it holds; it starts full. */
  capacity: number
  perSecond: number
}

export interface Taken {
  allowed: boolean
  /** How long until it would be allowed; 0 where it is. */
  waitSeconds: number
}

/**
 * Takes a token or none, in one statement: any number of processes share the bucket, which fills by the database's
 * clock. `leave`: how many must stay for others, who come first; fewer than the capacity.
 */
export async function takeTokens(
  db: DatabaseOrTransaction,
  { key, capacity, perSecond, leave = 0 }: Bucket & { leave?: number },
): Promise<Taken> {
  const needed = 1 + leave
  const rows = await db.$queryRaw<Taken[]>`
    with wanted as (
      select ${key}::text as key, ${capacity}::float8 as capacity, ${perSecond}::float8 as per_second,
             ${needed}::float8 as needed, date_trunc('milliseconds', now()) as at
    ), taken as (
      insert into bucket as b (key, tokens, at) select key, capacity - 1, at from wanted
      on conflict (key) do update
        set tokens = least(${capacity}::float8, b.tokens
              + greatest(0, extract(epoch from excluded.at - b.at)::float8) * ${perSecond}::float8) - 1,
            at = greatest(b.at, excluded.at)
        where least(${capacity}::float8, b.tokens
              + greatest(0, extract(epoch from excluded.at - b.at)::float8) * ${perSecond}::float8) >= ${needed}::float8
      returning key
    )
    select true as allowed, 0::float8 as "waitSeconds" from taken
    union all
    select false, greatest(0.001,
        (w.needed - b.tokens) / w.per_second - extract(epoch from w.at - b.at)::float8)
      from wanted w join bucket b using (key) where not exists (select from taken)`
  // No row: another process made the bucket, and emptied it, while this statement ran.
  return rows[0] ?? { allowed: false, waitSeconds: needed / perSecond }
}

/** For what took more than one token, as is known afterwards: whoever asks next waits until they are there again. */
export async function takeMoreTokens(
  db: DatabaseOrTransaction,
  { key, perSecond, count }: Pick<Bucket, 'key' | 'perSecond'> & { count: number },
): Promise<void> {
  // A bucket holds no less than nothing: what it lacks is time that has to pass before it fills.
  await db.$executeRaw`
    update bucket set tokens = greatest(0, tokens - ${count}::float8),
      at = at + make_interval(secs => greatest(0, ${count}::float8 - tokens) / ${perSecond}::float8)
    where key = ${key}`
}

/** For what did not count after all. */
export async function giveTokenBack(
  db: DatabaseOrTransaction,
  { key, capacity }: Pick<Bucket, 'key' | 'capacity'>,
): Promise<void> {
  await db.$executeRaw`update bucket set tokens = least(${capacity}::float8, tokens + 1) where key = ${key}`
}

/** Every bucket is full again within a day: one that nobody asked for that long says nothing, and names a network. */
export async function forgetIdleBuckets(db: DatabaseOrTransaction): Promise<void> {
  await db.$executeRaw`delete from bucket where at < now() - interval '1 day'`
}
