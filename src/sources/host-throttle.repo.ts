import type { Database } from '../core/database/database.ts'

/**
 * Acquires a service's lock, which admits one request at a time over all processes, by the database's clock. Returns 0
 * if the lock was free: it is then held for `holdMs` unless released earlier. Otherwise returns the milliseconds until
 * it may be free.
 */
export async function acquireHost(
  db: Database,
  { service, holder, holdMs }: { service: string; holder: string; holdMs: number },
): Promise<number> {
  const acquired = await db.$executeRaw`
    insert into host_throttle as t (key, free_at, holder)
    values (${service}, clock_timestamp() + ${holdMs}::int * interval '1 millisecond', ${holder})
    on conflict (key) do update set free_at = excluded.free_at, holder = excluded.holder
    where t.free_at <= clock_timestamp()`
  if (acquired === 1) return 0
  const [row] = await db.$queryRaw<{ ms: number }[]>`
    select ceil(extract(epoch from free_at - clock_timestamp()) * 1000)::int as ms from host_throttle
    where key = ${service}`
  return Math.max(1, row?.ms ?? 1)
}

/**
 * Releases the lock after a response: it stays closed for `restMs` more. Does nothing if the lock was lost meanwhile.
 */
export async function releaseHost(
  db: Database,
  { service, holder, restMs }: { service: string; holder: string; restMs: number },
): Promise<void> {
  await db.$executeRaw`
    update host_throttle set holder = null, free_at = clock_timestamp() + ${restMs}::int * interval '1 millisecond'
    where key = ${service} and holder = ${holder}`
}
