import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { applyMigrations } from '../../src/core/database/migrations.ts'
import { nudgeNames } from '../../src/core/feature-nudge.ts'
import { silentLog } from '../../src/core/log.ts'
import { prepareQueue } from '../../src/core/queue.ts'
import { FEATURES } from '../../src/features/index.ts'
import { nextRelease } from './next-release.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
  }
}

const TEMPLATE = 'template_migrated'

/**
 * Makes the migrated database that each test file copies, says which Postgres it is, and tells the tests where. With
 * NEXT_SCHEMA it also has the migrations of a later release: see test/next-schema.ts.
 */
export async function prepareTemplate(project: TestProject, what: string, url: string): Promise<void> {
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  const { rows } = await admin.query<{ version: string }>('select version()')
  console.log(`Postgres: ${what} (${rows[0]?.version.split(' on ')[0]})`)
  await admin.query(`create database ${TEMPLATE}`)
  await admin.end()
  const template = Object.assign(new URL(url), { pathname: `/${TEMPLATE}` }).href
  await applyMigrations(template)
  if (process.env.NEXT_SCHEMA) await applyLaterMigrations(template)
  await prepareQueue(template, silentLog, nudgeNames(FEATURES))
  project.provide('postgresUrl', url)
}

async function applyLaterMigrations(url: string): Promise<void> {
  const next = nextRelease()
  const applied = await applyMigrations(url, { folder: next.migrations })
  next.remove()
  console.log(`On the schema of a later release: ${applied.join(', ')}`)
}
