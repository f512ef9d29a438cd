import { expect, test } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { openDatabase } from '../../../src/core/database/database.ts'
import type { ServiceDeps } from '../../../src/core/deps.ts'
import type { ErrorCode } from '../../../src/core/error-table.ts'
import { silentLog } from '../../../src/core/log.ts'
import { buildServer } from '../../../src/web/server.ts'
import { useSite } from '../../support/site.ts'

const site = useSite()
const nowhere = openDatabase('postgresql://postgres@127.0.0.1:1/none', silentLog)

const asking = { method: 'POST', url: '/api/subscriptions', payload: { email: 'ann@example.com' } } as const
const nothing = { method: 'GET', url: '/nothing/here' } as const
const withSettings = (settings: Partial<Config>): Partial<ServiceDeps> => ({
  config: { ...site.deps.config, ...settings },
})

type Row = [
  code: ErrorCode,
  status: number,
  deps: () => Partial<ServiceDeps>,
  request: typeof asking | typeof nothing,
  times: number,
]

const rows: Row[] = [
  ['page.not-found', 404, () => ({}), nothing, 1],
  ['signup.closed', 403, () => withSettings({ SIGNUP: 'closed' }), asking, 1],
  ['signup.domain', 422, () => withSettings({ SIGNUP_DOMAINS: ['example.org'] }), asking, 1],
  ['rate.too-many', 429, () => ({}), asking, 21],
  ['signup.busy', 429, () => withSettings({ SIGNUP_PER_HOUR: 2 }), asking, 3],
  ['database.unreachable', 503, () => ({ db: nowhere.db }), asking, 1],
]

test.each(rows)('JSON has the code %s with status %i', async (code, status, deps, request, times) => {
  const app = buildServer({ ...site.deps, ...deps() })
  const headers = { accept: 'application/json' }
  for (let n = 1; n < times; n++) await app.inject({ ...request, headers })
  const answer = await app.inject({ ...request, headers })
  await app.close()
  expect({ status: answer.statusCode, error: answer.json().error }).toEqual({ status, error: code })
  expect(answer.body).not.toContain('ann@')
})
