import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { Feature } from '../../src/core/feature.ts'
import { startSession } from '../../src/web/admin/login-routes.ts'
import type { LoginMethod } from '../../src/web/feature-routes.ts'
import { buildServer } from '../../src/web/server.ts'
import { type Admin, adminWith, cookieOf } from './admin.ts'
import type { TestSite } from './site.ts'

const HOUR_MS = 3_600_000

interface TestLogin {
  /** The site with a login method that names the operator. */
  readonly site: TestSite
  /** The key of the login method: another one is as if its settings had changed. */
  key: string
  /** Every route of the admin pages. */
  readonly routes: { method: string; url: string; effect: unknown }[]
  /** Logs "Ada Reader" in for an hour. */
  logIn(right: 'change' | 'look'): Promise<Admin>
}

/** A site like the given one, with a login method that lets a test log in with the rights that it needs. */
export function useTestLogin(site: TestSite): TestLogin {
  const routes: TestLogin['routes'] = []
  let key = 'first'
  const method: LoginMethod = {
    plugin: Object.assign(
      (async (app, admin) => {
        app.addHook('onRoute', ({ method, url, config }) => {
          for (const one of [method].flat()) routes.push({ method: one, url, effect: config?.effect })
        })
        app.get('/test-login/:right', async (request, reply) => {
          const { right } = request.params as { right: string }
          const endsAt = admin.deps.clock.now().getTime() + HOUR_MS
          const operator = { name: 'Ada Reader', mayChange: right === 'change', loginKey: 'first', endsAt }
          await startSession(admin, request, reply, operator)
          return reply.send('in')
        })
      }) satisfies LoginMethod['plugin'],
      // In the scope of the admin pages, so that its hook gets every route of them.
      { [Symbol.for('skip-override')]: true },
    ),
    path: '/admin/test-login/change',
    text: 'Log in with the test method',
    hint: 'For an hour.',
    get key() {
      return key
    },
    leavePath: '/admin/test-login/left',
  }
  const planted: Feature = {
    name: 'planted',
    routes: [{ area: 'login', isConfigured: () => true, read: async () => method }],
  }
  let withLogin: TestSite
  beforeAll(async () => {
    const deps = { ...site.deps, features: [...site.deps.features, planted] }
    const app = buildServer(deps)
    await app.ready()
    const { clock, logged } = site
    withLogin = { app, deps, clock, logged, db: site.db }
  })
  afterAll(() => withLogin?.app.close())
  beforeEach(() => {
    key = 'first'
  })
  return {
    get site() {
      return withLogin
    },
    get key() {
      return key
    },
    set key(other) {
      key = other
    },
    routes,
    logIn: async (right) =>
      adminWith(withLogin, cookieOf(await withLogin.app.inject(`/admin/test-login/${right}`))),
  }
}
