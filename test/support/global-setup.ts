import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts'
import { silentLog } from '../../src/platform/log.ts'
import { applyMigrations } from '../../src/platform/migrations.ts'
import { prepareQueue } from '../../src/platform/queue.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
  }
}

const TEMPLATE = 'template_migrated'

interface TestServer {
  what: string
  url: string
  stop(): Promise<void>
}

/** One Postgres for the run, with one migrated template that each test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer()
  const admin = new pg.Client({ connectionString: server.url })
  await admin.connect()
  const { rows } = await admin.query<{ version: string }>('select version()')
  console.log(`Postgres: ${server.what} (${rows[0]?.version.split(' on ')[0]})`)
  await admin.query(`create database ${TEMPLATE}`)
  await admin.end()
  const template = databaseOn(server.url, TEMPLATE)
  await applyMigrations(template)
  await prepareQueue(template, silentLog)
  project.provide('postgresUrl', server.url)
  return () => server.stop()
}

const databaseOn = (url: string, name: string): string =>
  Object.assign(new URL(url), { pathname: `/${name}` }).href

async function startServer(): Promise<TestServer> {
  return (await startContainer()) ?? startEmbedded()
}

async function startEmbedded(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'daily-papers-test-'))
  const server = await startEmbeddedPostgres(join(folder, 'postgres'), { durable: false })
  return {
    what: 'embedded binaries',
    url: server.url,
    stop: async () => {
      await server.destroy()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

// An engine without the image and without a way to fetch it is as good as none; which one ran is printed.
async function startContainer(): Promise<TestServer | undefined> {
  if (!process.env.DOCKER_HOST && !existsSync('/var/run/docker.sock')) return undefined
  try {
    const { PostgreSqlContainer } = await import('@testcontainers/postgresql')
    const container = await new PostgreSqlContainer('postgres:18')
      .withCommand(['postgres', '-c', 'max_connections=200', '-c', 'fsync=off'])
      .start()
    return {
      what: 'container postgres:18',
      url: container.getConnectionUri(),
      stop: async () => void (await container.stop()),
    }
  } catch (error) {
    console.log(`No container: ${String(error).split('\n')[0]}`)
    return undefined
  }
}
