import type { Database } from '../../src/core/database/database.ts'
import type { Day } from '../../src/core/dates.ts'

/** Tables whose keys contain the local date, each after those that it refers to. */
export const DATED_TABLES = ['digest', 'message', 'attempt', 'acceptance'] as const

interface Definition {
  table: string
  name: string
  definition: string
  /** It refers to one of the tables that are partitioned. */
  inner: boolean
}

const FOREIGN_KEYS = `
  select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition,
    confrelid = any($1::text[]::regclass[]) as inner
  from pg_constraint where contype = 'f' and conrelid = any($1::text[]::regclass[])`

const TRIGGERS = `
  select tgrelid::regclass::text as table, tgname as name, pg_get_triggerdef(oid) as definition, false as inner
  from pg_trigger where tgrelid = any($1::text[]::regclass[]) and not tgisinternal`

/**
 * Partitions those tables as a later migration could: each becomes the partition of the dates before `day`, NAME_before,
 * without writing a row again; dates from `day` on are in NAME_from.
 */
export const partitionByDate = (db: Database, day: Day): Promise<void> =>
  db.$transaction(async (tx) => {
    const foreignKeys = await tx.$queryRawUnsafe<Definition[]>(FOREIGN_KEYS, DATED_TABLES)
    const triggers = await tx.$queryRawUnsafe<Definition[]>(TRIGGERS, DATED_TABLES)
    const statements = [
      // A partition keeps its other foreign keys: those of the partitioned table then count for it without a check.
      ...foreignKeys
        .filter(({ inner }) => inner)
        .map(({ table, name }) => `alter table ${table} drop constraint ${name}`),
      ...triggers.map(({ table, name }) => `drop trigger ${name} on ${table}`),
      ...DATED_TABLES.flatMap((table) => [
        `alter table ${table} rename to ${table}_before`,
        `create table ${table} (like ${table}_before including all) partition by range (local_date)`,
        ...foreignKeys
          .filter((key) => key.table === table)
          .map(({ name, definition }) => `alter table ${table} add constraint ${name} ${definition}`),
        `alter table ${table} attach partition ${table}_before for values from (minvalue) to ('${day}')`,
        `create table ${table}_from partition of ${table} for values from ('${day}') to (maxvalue)`,
      ]),
      ...triggers.map(({ definition }) => definition),
    ]
    for (const statement of statements) await tx.$executeRawUnsafe(statement)
  })
