import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { LATER_MIGRATIONS } from '../../../support/next-release.ts'

// The release before must run on the schema of this one: that is how an operator goes back. So a migration adds, and
// takes away nothing that an older release reads or leaves out.

const FOLDER = resolve(import.meta.dirname, '../../../../prisma/migrations')
const [first, ...later] = readdirSync(FOLDER)
  .filter((name) => /^\d/.test(name))
  .sort()
const files = [
  ...later.map((name) => join(FOLDER, name, 'migration.sql')),
  ...readdirSync(LATER_MIGRATIONS).map((name) => join(LATER_MIGRATIONS, name, 'migration.sql')),
]

const FORBIDDEN: [what: string, pattern: RegExp][] = [
  ['takes something away', /\b(drop|truncate)\s+(?!function\b)/i],
  ['gives something another name', /\brename\b/i],
  [
    'another type, or no null any more',
    /\balter\s+column\s+"?\w+"?\s+(set\s+not\s+null|type|set\s+data\s+type|drop)/i,
  ],
  ['a column that older releases do not fill', /\badd\s+column\b(?![^;]*\bdefault\b)[^;]*\bnot\s+null\b/i],
  ['deletes rows', /^\s*delete\s+from\b/i],
  [
    'keeps writers out while it builds an index',
    /\bcreate\s+(unique\s+)?index\s+(?!concurrently\s+if\s+not\s+exists\b)/i,
  ],
]

/** Statements without comments, and names without quotes; text between $$ is one statement. */
const statementsOf = (sql: string): string[] =>
  sql
    .replaceAll('"', '')
    .replace(/^--.*$/gm, '')
    .split(/(\$\$[\s\S]*?\$\$)/)
    .map((part, i) => (i % 2 ? '$$' : part))
    .join('')
    .split(';')

/** The tables that a file locks, as far as their names follow. Senders lock acceptances, and then their messages. */
const lockedIn = (sql: string): Set<string> =>
  new Set(
    [...sql.matchAll(/\b(?:alter\s+table|(?:insert|update|delete)\s+on)\s+"?(\w+)/gi)].map(
      ([, name]) => name!,
    ),
  )

const newTablesOf = (sql: string): string[] =>
  [...sql.matchAll(/create table "?(\w+)/gi)].map(([, name]) => name!)

function breaches(sql: string): string[] {
  const isNew = (statement: string) =>
    newTablesOf(sql).some((name) => new RegExp(`\\b${name}\\b`).test(statement))
  const statements = statementsOf(sql).filter((one) => one.trim())
  const old = statements.filter((statement) => !isNew(statement))
  const stricter = old.filter((one) =>
    /\badd\s+constraint\b|create\s+unique\s+index|create\s+trigger/i.test(one),
  )
  return [
    ...FORBIDDEN.flatMap(([what, pattern]) => (old.some((one) => pattern.test(one)) ? [what] : [])),
    ...stricter.map(() => 'a new rule on a table that older releases write'),
    ...(lockedIn(old.join(';')).size > 1 ? ['locks two tables at once'] : []),
    ...(/\bconcurrently\b/i.test(sql) && statements.length > 1 ? ['is not alone in its file'] : []),
  ]
}

test('the migration of 1.0 stays the first, and those of tests are checked too', () =>
  expect([first, files.length > later.length]).toEqual(['20261201170000_initial', true]))

test.each(files)('%s only adds', (file) => {
  expect(breaches(readFileSync(file, 'utf8'))).toEqual([])
})

test.each([
  'DROP TABLE "paper";',
  'ALTER TABLE "paper" DROP COLUMN "title";',
  'ALTER TABLE "paper" RENAME COLUMN "title" TO "name";',
  'ALTER TABLE "paper" ALTER COLUMN "version" SET NOT NULL;',
  'ALTER TABLE "paper" ALTER COLUMN "version" TYPE TEXT;',
  'ALTER TABLE "paper" ADD COLUMN "mood" TEXT NOT NULL;',
  'DELETE FROM "paper";',
  'CREATE UNIQUE INDEX "paper_title_key" ON "paper"("title");',
  'ALTER TABLE "paper" ADD CONSTRAINT "paper_votes" CHECK (true);',
  'CREATE INDEX "paper_title_idx" ON "paper"("title");',
  'CREATE INDEX CONCURRENTLY "paper_title_idx" ON "paper"("title");',
  'CREATE INDEX CONCURRENTLY IF NOT EXISTS "a" ON "paper"("title"); CREATE TABLE "mood" (a TEXT);',
  'ALTER TABLE "message" SET (fillfactor = 50); CREATE OR REPLACE TRIGGER a AFTER INSERT ON acceptance FOR EACH STATEMENT EXECUTE FUNCTION a();',
])('a migration that %s is found', (sql) => expect(breaches(sql)).not.toEqual([]))

test('an index on an old table is fine if it is built concurrently, as the only statement of its file', () => {
  const sql =
    '-- CreateIndex\nCREATE INDEX CONCURRENTLY IF NOT EXISTS "paper_title_idx" ON "paper"("title");\n'
  expect(breaches(sql)).toEqual([])
})

test('a column with a default, a table of its own and a function are fine', () => {
  const sql = `ALTER TABLE "paper" ADD COLUMN "mood" TEXT NOT NULL DEFAULT 'good'; CREATE TABLE "mood" (a TEXT NOT NULL);
    CREATE UNIQUE INDEX "mood_key" ON "mood"("a");
    CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM x; END $$;`
  expect(breaches(sql)).toEqual([])
})
