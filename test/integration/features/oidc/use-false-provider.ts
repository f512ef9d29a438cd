import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeEach, expect } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { FEATURES } from '../../../../src/features/index.ts'
import { buildServer } from '../../../../src/web/server.ts'
import { errorsOn } from '../../../support/page-text.ts'
import { type TestSite, useSite } from '../../../support/site.ts'
import { FalseProvider, type Lies } from './false-provider.ts'
import { begin, comeBack, sessionOf, settingsFor } from './oidc-flow.ts'
import { CLIENT } from './real-provider.ts'

/** A site whose operators log in at a provider that may lie; it tells the truth at the beginning of each test. */
export async function useFalseProvider() {
  const provider = await new FalseProvider().start()
  const site = useSite(settingsFor(provider.issuer, CLIENT))
  afterAll(() => provider.close())
  beforeEach(() => {
    provider.lies = {}
    Object.assign(provider.person, { sub: 'ada-1', name: 'Ada', groups: ['operators'] })
  })

  /** A site of its own, which knows nothing about the provider yet. */
  async function withNewSite<T>(work: (fresh: TestSite) => Promise<T>, settings = {}): Promise<T> {
    const config = readConfig({ ...settingsFor(provider.issuer, CLIENT), ...settings }, FEATURES)
    const deps = { ...site.deps, config }
    const app = buildServer(deps)
    try {
      return await work({ ...site, db: site.db, deps, app })
    } finally {
      await app.close()
    }
  }

  /** A refusal is a page with a code, and no one is logged in. */
  async function expectRefused(answer: LightMyRequestResponse, code = 'oidc.refused'): Promise<void> {
    expect(errorsOn(answer.body)).toEqual([code])
    expect(answer.statusCode).toBe(code === 'oidc.unavailable' ? 503 : 403)
    expect(sessionOf(answer)).toBe(undefined)
    expect(await site.db.adminSession.count()).toBe(0)
  }

  const logIn = async (lies: Lies = {}): Promise<LightMyRequestResponse> => {
    const { cookie, url } = await begin(site)
    provider.lies = lies
    return comeBack(site, cookie, provider.agree(url))
  }

  return { site, provider, logIn, withNewSite, expectRefused }
}
