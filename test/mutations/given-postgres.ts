import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { prepareTemplate } from '../support/template.ts'

/** The tests use a server that outlives them. The first run of tests makes its template. */
export default async function setup(project: TestProject): Promise<void> {
  const url = process.env.MUTATIONS_POSTGRES!
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  const { rows } = await admin.query(`select from pg_database where datname = 'template_migrated'`)
  await admin.end()
  if (rows.length === 0) await prepareTemplate(project, 'for mutations', url)
  else project.provide('postgresUrl', url)
}
