import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { useDatabase } from '../support/database.ts'
import { type SqlTemplate, sqlTemplates } from '../support/sql-templates.ts'

const root = resolve(import.meta.dirname, '../../src')
const database = useDatabase()

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith('generated'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
const templates = sqlTemplates(files)

test('every raw query is a tagged template', () => {
  const calls = files.flatMap(({ path, text }) =>
    (text.match(/\.\$(?:queryRaw|executeRaw)\b/g) ?? []).map(() => path),
  )
  const statements = templates.filter(({ isStatement }) => isStatement).map(({ path }) => path)
  expect(calls.length).toBeGreaterThan(100)
  expect(statements.sort()).toEqual(calls.sort())
})

test('Postgres prepares every statement with the migrated schema, and every fragment is in a statement', async () => {
  const used = new Set<SqlTemplate>()
  const rejected: string[] = []
  await database.db.$transaction(async (tx) => {
    for (const template of templates.filter(({ isStatement }) => isStatement))
      for (const { sql, parts } of template.variants()) {
        for (const part of parts) used.add(part)
        await tx
          .$transaction(async (savepoint) => {
            await savepoint.$executeRawUnsafe(`prepare checked as ${sql}`)
            await savepoint.$executeRawUnsafe('deallocate checked')
          })
          .catch(({ message }: Error) => rejected.push(`${template.where}: ${message}\n${sql}`))
      }
  })
  expect(rejected).toEqual([])
  expect(templates.filter((template) => !used.has(template)).map(({ where }) => where)).toEqual([])
})
